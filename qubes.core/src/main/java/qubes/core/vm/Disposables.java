package qubes.core.vm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.value.DomainName;

/**
 * Disposables without a name, and those kept ready for whoever asks next. An OSGi service that the
 * bundle of the disposables' klass provides.
 */
@ConsumerType
public interface Disposables {
    /**
     * A disposable that is removed once it is shut down (spec dispvm.md §3, from_appvm). One that
     * was preloaded is handed over, running; otherwise a new one is made, with its volumes, and not
     * started. To preload means to make another one for the queue and to start it. Blocks; must not
     * be called under the model lock.
     *
     * @param template a domain with {@code template_for_dispvms}
     * @param preload true to make one for the queue
     * @return absent only if one is to be preloaded and the queue is full
     * @throws qubes.core.error.QubesException if {@code template} is no disposable template, or the
     *     disposable cannot be made or, when preloading, started; nothing is left of it then
     */
    Optional<QubesVM> create(BaseVM template, boolean preload);

    /**
     * Asks for the template's queue to be filled, which goes on elsewhere: fires {@code
     * domain-preload-dispvm-start}. Does not block.
     *
     * @param template the domain that disposables are made from
     * @param reason for the log and for listeners
     * @throws qubes.core.error.QubesValueError if the template does not support what preloading
     *     needs
     */
    void fill(BaseVM template, String reason);

    /**
     * Takes all preloaded disposables out of the template's queue; their removal goes on elsewhere.
     * Does not block.
     *
     * @param template the domain that disposables are made from
     */
    void empty(BaseVM template);

    /**
     * {@return in what a preloaded disposable is not what a new one would be (spec dispvm.md §5.6):
     * {@code volumes_size}, {@code volumes_outdated} or {@code properties}, and their names; the
     * first of these that applies} Empty if nothing is outdated, and for domains that are not
     * preloaded. Blocks on the storage.
     *
     * @param vm a disposable, or any domain
     */
    Map<String, List<String>> outdated(BaseVM vm);

    /**
     * {@return the domains for which disposables are to be preloaded, with how many at most (spec
     * dispvm.md §6)} Never blocks.
     *
     * @param qubes the application
     */
    Map<DomainName, Integer> preloadTemplates(Qubes qubes);
}
