package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.value.Label;

/** The labels of the system. Reads never block. */
@ProviderType
public interface Labels {
    /** {@return all labels, by index} */
    List<Label> list();

    /**
     * {@return the label of that name}
     *
     * @param name name of the label
     */
    Optional<Label> find(String name);

    /**
     * {@return the label that a user's text names: {@code label-N}, else its name, else its index
     * (spec vm-classes.md §2.1, §7)}
     *
     * @param text a name or an index
     * @throws qubes.core.error.QubesLabelNotFoundError if there is none
     */
    Label resolve(String text);

    /**
     * Adds a custom label with the next free index above the built-in ones.
     *
     * @param name name of the label
     * @param color {@code 0xRRGGBB}
     * @return the label
     * @throws qubes.core.error.QubesException if the name or colour is refused, or the name is
     *     taken
     */
    Label add(String name, String color);

    /**
     * Removes a custom label.
     *
     * @param label a custom one that no domain has
     * @throws qubes.core.error.QubesException if it is built in or in use
     */
    void remove(Label label);
}
