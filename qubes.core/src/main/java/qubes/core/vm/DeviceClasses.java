package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;

/** The classes of devices whose bundles are here now. */
@ProviderType
public interface DeviceClasses {
    /** {@return their names, in alphabetical order} Never blocks. */
    List<String> names();

    /**
     * {@return the class of that name} Never blocks.
     *
     * @param name name of a class of devices
     */
    Optional<DeviceClass> find(String name);

    /**
     * {@return the class of that name}
     *
     * @param name name of a class of devices
     * @throws QubesException if no installed bundle provides it
     */
    default DeviceClass get(String name) {
        return find(name)
                .orElseThrow(
                        () ->
                                new QubesException(
                                        "No installed bundle provides devices of class "
                                                + Repr.quote(name)
                                                + "; install it and try again"));
    }

    /**
     * Looks at what a domain offers and compares it with what was seen last: for a class to call
     * when devices came, went, or were attached by others. Fires, in this order and only if there
     * is a difference, {@code device-list-change}, {@code device-detach}, {@code device-removed},
     * {@code device-added} and {@code device-attach}, and attaches new devices to the domains that
     * run and have them assigned (spec devices.md §4.1). Blocks; must not be called under the model
     * lock, nor from within the class's own {@code attach} and {@code detach}.
     *
     * @param backend the domain that offers devices
     * @param deviceClass name of the class
     */
    void refresh(BaseVM backend, String deviceClass);
}
