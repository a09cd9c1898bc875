package qubes.core.vm;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the user wrote about a domain: text in {@code notes.txt} in the domain's folder (spec
 * vm-classes.md §13). Which characters and how many are allowed is for the Admin API to say.
 */
@ProviderType
public interface Notes {
    /**
     * {@return the text; empty if there is none} Blocks while the disk does.
     *
     * @throws qubes.core.error.QubesException if it is there and cannot be read, or is not UTF-8
     */
    String read();

    /**
     * Replaces the text in one step and returns once that is on disk. Fires no event. Of several
     * that write at a time the last one counts. Blocks while the disk does; must not be called
     * under the model lock.
     *
     * @param text the whole text
     * @throws qubes.core.error.QubesException if it cannot be written, or the domain is gone; the
     *     old text is kept then
     */
    void write(String text);
}
