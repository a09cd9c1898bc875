/** Methods of the host and of qubes that report to it: statistics, sleep, updates, backups. */
@NullMarked
package qubes.admin.method.service;

import org.jspecify.annotations.NullMarked;
