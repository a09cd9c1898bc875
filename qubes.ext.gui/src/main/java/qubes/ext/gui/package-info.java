/**
 * Who shows the windows of a qube: tags, keyboard layouts, and no shutdown under running clients.
 */
@NullMarked
package qubes.ext.gui;

import org.jspecify.annotations.NullMarked;
