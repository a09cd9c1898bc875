package qubes.hypervisor.libvirt;

import java.util.Locale;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The driver of libvirt that a connection has: the calls whose form depends on it. All block.
 *
 * @param kind libvirt's name of it in lower case, as {@code qemu}
 */
record Driver(String kind) {
    private static final int START_PAUSED = 1; // VIR_DOMAIN_START_PAUSED
    private static final int MANAGED_SAVE_AND_NVRAM = 1 | 4; // VIR_DOMAIN_UNDEFINE_…
    private static final Object START_WITHOUT_PAUSE = new Object();

    /** The driver that a connection URI names. */
    static Driver ofUri(String uri) {
        return new Driver(uri.replaceFirst("[+:].*", "").toLowerCase(Locale.ROOT));
    }

    boolean qemu() {
        return kind.equals("qemu");
    }

    boolean lxc() {
        return kind.equals("lxc");
    }

    /** Starts a defined guest; it does not run yet, or not for long. */
    void startPaused(Domain domain) throws LibvirtException {
        try {
            domain.create(START_PAUSED);
        } catch (LibvirtException e) {
            // drivers that know no such flag: lxc, test
            if (!new VirtException(e).unknownFlag()) {
                throw e;
            }
            // one after the other: two starts of the lxc driver may take the same free loop device
            synchronized (START_WITHOUT_PAUSE) {
                domain.create();
            }
            domain.suspend();
        }
    }

    /**
     * Asks a guest to shut down; returns before it has. An init that no pipe leads to is asked
     * here: libvirt's lxc driver says that it did and does nothing, or does not know the init.
     */
    void shutdown(Domain domain) throws LibvirtException {
        boolean asked =
                lxc()
                        && domain.isActive() == 1
                        && Container.of(domain.getID()).filter(Container::askToEnd).isPresent();
        if (!asked) {
            domain.shutdown();
        }
    }

    /** Has libvirt forget the definition of a guest. */
    void undefine(Domain domain) throws LibvirtException {
        if (qemu()) {
            domain.undefine(MANAGED_SAVE_AND_NVRAM);
        } else {
            domain.undefine();
        }
    }
}
