/** What domains other than dom0 may see of the Admin API, by the qrexec policy (spec policy). */
@NullMarked
package qubes.admin.policy;

import org.jspecify.annotations.NullMarked;
