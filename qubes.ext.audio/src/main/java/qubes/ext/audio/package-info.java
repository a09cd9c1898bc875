/** Who carries the audio of a qube: tags, and no shutdown under running clients. */
@NullMarked
package qubes.ext.audio;

import org.jspecify.annotations.NullMarked;
