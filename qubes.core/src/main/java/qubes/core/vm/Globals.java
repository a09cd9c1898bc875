package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.property.DefaultSource;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;

/** The global properties, held by {@link Qubes}. */
public final class Globals {
    /** Whether new qubes check for updates. */
    public static final Property<Boolean> CHECK_UPDATES_VM =
            Property.named("check_updates_vm", PropertyType.BOOL)
                    .doc("Whether new qubes check for updates.")
                    .loadStage(3)
                    .defaultsTo(true)
                    .define();

    /** Qube whose clock the others follow. */
    public static final Property<Optional<DomainName>> CLOCKVM =
            reference("clockvm", "Qube whose clock the others follow.")
                    .defaultsTo(Optional.empty())
                    .define();

    /** Qube that carries the audio of qubes that do not name another. */
    public static final Property<Optional<DomainName>> DEFAULT_AUDIOVM =
            reference(
                            "default_audiovm",
                            "Qube that carries the audio of qubes that do not name another.")
                    .defaultsTo("dom0", qubes -> Optional.of(DomainName.DOM0))
                    .define();

    /** Qube that shows the windows of qubes that do not name another. */
    public static final Property<Optional<DomainName>> DEFAULT_GUIVM =
            reference(
                            "default_guivm",
                            "Qube that shows the windows of qubes that do not name another.")
                    .defaultsTo("dom0", qubes -> Optional.of(DomainName.DOM0))
                    .define();

    /** Disposable template of qubes that do not name another. */
    public static final Property<Optional<DomainName>> DEFAULT_DISPVM =
            reference("default_dispvm", "Disposable template of qubes that do not name another.")
                    .allows("the name of a qube with template_for_dispvms, or none")
                    .defaultsTo(Optional.empty())
                    .accept(References.disposableTemplate("default_dispvm"))
                    .define();

    /** Disposable template from which qubes are managed. */
    public static final Property<Optional<DomainName>> MANAGEMENT_DISPVM =
            reference("management_dispvm", "Disposable template from which qubes are managed.")
                    .allows("the name of a qube with template_for_dispvms, or none")
                    .defaultsTo(Optional.empty())
                    .accept(References.disposableTemplate("management_dispvm"))
                    .define();

    /** Qube that gives network to qubes that do not name another. */
    public static final Property<Optional<DomainName>> DEFAULT_NETVM =
            reference("default_netvm", "Qube that gives network to qubes that do not name another.")
                    .allows("the name of a qube, or none, so that no loop comes about")
                    .defaultsTo(Optional.empty())
                    .accept(Network::refuseDefaultLoop)
                    .define();

    /** Template of new qubes that do not name another. */
    public static final Property<Optional<DomainName>> DEFAULT_TEMPLATE =
            unchecked("default_template", "Template of new qubes that do not name another.")
                    .allows("the name of a TemplateVM, or none")
                    .accept(References.ofKlass("default_template", "TemplateVM"))
                    .define();

    /** Qube through which dom0 fetches updates. */
    public static final Property<Optional<DomainName>> UPDATEVM =
            reference("updatevm", "Qube through which dom0 fetches updates.")
                    .defaultsTo(Optional.empty())
                    .define();

    /** Kernel of qubes that do not name another. */
    public static final Property<String> DEFAULT_KERNEL =
            Property.named("default_kernel", PropertyType.STR)
                    .allows("the name of an installed kernel, or none")
                    .doc("Kernel of qubes that do not name another.")
                    .loadStage(3)
                    .define();

    /** Storage pool of volumes for which no other default is set. */
    public static final Property<String> DEFAULT_POOL =
            Property.of(Qubes.class, "default_pool", PropertyType.POOL)
                    .doc("Storage pool of volumes for which no other default is set.")
                    .loadStage(3)
                    .mayDefaultTo(
                            "the pool named default, else that of the root file system, else the one at the system's own folder",
                            qubes -> qubes.pools().natural())
                    .accept((qubes, pool) -> existingPool(qubes, pool))
                    .define();

    /** Pool of new volumes named {@code kernel}. */
    public static final Property<String> DEFAULT_POOL_KERNEL = poolFor("kernel");

    /** Pool of new volumes named {@code private}. */
    public static final Property<String> DEFAULT_POOL_PRIVATE = poolFor("private");

    /** Pool of new volumes named {@code root}. */
    public static final Property<String> DEFAULT_POOL_ROOT = poolFor("root");

    /** Pool of new volumes named {@code volatile}. */
    public static final Property<String> DEFAULT_POOL_VOLATILE = poolFor("volatile");

    /** Seconds a start waits for the guest's agent. */
    public static final Property<Integer> DEFAULT_QREXEC_TIMEOUT =
            seconds("default_qrexec_timeout", 60, "Seconds a start waits for the guest's agent.");

    /** Seconds a shutdown may take. */
    public static final Property<Integer> DEFAULT_SHUTDOWN_TIMEOUT =
            seconds("default_shutdown_timeout", 60, "Seconds a shutdown may take.");

    /** Seconds between two statistics. */
    public static final Property<Integer> STATS_INTERVAL =
            seconds("stats_interval", 3, "Seconds between two statistics.");

    /** Memory of the host, in MiB. */
    public static final Property<Integer> MAXMEM =
            Property.of(Qubes.class, "maxmem", PropertyType.INT)
                    .doc("Memory of the host, in MiB.")
                    .loadStage(3)
                    .mayBeComputed(
                            "the host's, while there is a hypervisor",
                            qubes ->
                                    qubes.findHypervisor()
                                            .map(hypervisor -> hypervisor.host().memoryKiB())
                                            .map(kib -> (int) (kib / 1024)))
                    .define();

    /** Processors of the host. */
    public static final Property<Integer> NO_CPUS =
            Property.of(Qubes.class, "no_cpus", PropertyType.INT)
                    .doc("Processors of the host.")
                    .loadStage(3)
                    .mayBeComputed(
                            "the host's, while there is a hypervisor",
                            qubes ->
                                    qubes.findHypervisor()
                                            .map(hypervisor -> hypervisor.host().cpus()))
                    .define();

    /** All of them. */
    public static final PropertyTable TABLE =
            PropertyTable.of(
                    CHECK_UPDATES_VM,
                    CLOCKVM,
                    DEFAULT_AUDIOVM,
                    DEFAULT_DISPVM,
                    DEFAULT_GUIVM,
                    DEFAULT_KERNEL,
                    DEFAULT_NETVM,
                    DEFAULT_POOL,
                    DEFAULT_POOL_KERNEL,
                    DEFAULT_POOL_PRIVATE,
                    DEFAULT_POOL_ROOT,
                    DEFAULT_POOL_VOLATILE,
                    DEFAULT_QREXEC_TIMEOUT,
                    DEFAULT_SHUTDOWN_TIMEOUT,
                    DEFAULT_TEMPLATE,
                    MANAGEMENT_DISPVM,
                    MAXMEM,
                    NO_CPUS,
                    STATS_INTERVAL,
                    UPDATEVM);

    private Globals() {}

    /**
     * {@return a default of domains: the value of a global property}
     *
     * @param <T> type of the property's values
     * @param global property of the application
     */
    public static <T> DefaultSource<T> valueOf(Property<T> global) {
        return new GlobalValue<>(global);
    }

    /**
     * {@return the properties that name the default pool of a kind of volume, by volume name}
     *
     * @param volume name of a volume
     */
    public static Optional<Property<String>> poolProperty(String volume) {
        return List.of(
                        DEFAULT_POOL_KERNEL,
                        DEFAULT_POOL_PRIVATE,
                        DEFAULT_POOL_ROOT,
                        DEFAULT_POOL_VOLATILE)
                .stream()
                .filter(property -> property.name().equals("default_pool_" + volume))
                .findFirst();
    }

    /**
     * Refuses a kernel that is not installed; none is fine. Looks at the file system.
     *
     * @param qubes the application
     * @param kernel name of a kernel
     * @throws QubesPropertyValueError saying what is missing
     */
    public static void refuseMissingKernel(Qubes qubes, String kernel) {
        Kernels.checked(qubes, kernel);
    }

    private static Property.Builder<Qubes, Optional<DomainName>> reference(
            String name, String doc) {
        return unchecked(name, doc).accept(References.existing(name));
    }

    /** A reference whose own rule says which domains it may name. */
    private static Property.Builder<Qubes, Optional<DomainName>> unchecked(
            String name, String doc) {
        return Property.of(Qubes.class, name, PropertyType.OPTIONAL_DOMAIN).doc(doc).loadStage(3);
    }

    private static Property<String> poolFor(String volume) {
        return Property.of(Qubes.class, "default_pool_" + volume, PropertyType.POOL)
                .doc("Storage pool of new " + volume + " volumes.")
                .loadStage(3)
                .mayDefaultTo("default_pool", qubes -> qubes.find(DEFAULT_POOL))
                .accept((qubes, pool) -> existingPool(qubes, pool))
                .define();
    }

    private static Property<Integer> seconds(String name, int value, String doc) {
        return Property.named(name, PropertyType.INT)
                .doc(doc)
                .loadStage(3)
                .defaultsTo(value)
                .define();
    }

    private static String existingPool(Qubes qubes, String pool) {
        if (qubes.pools().find(pool).isEmpty()) {
            throw new QubesPropertyValueError("No such storage pool");
        }
        return pool;
    }

    private record GlobalValue<T>(Property<T> global) implements DefaultSource<T> {
        @Override
        public String words() {
            return "the system's " + global;
        }

        @Override
        public Optional<T> find(PropertyHolder holder, Property<T> property) {
            return ((BaseVM) holder).qubes().find(global);
        }

        @Override
        public Optional<T> shared(PropertyHolder application) {
            return application.find(global);
        }

        @Override
        public String origin(PropertyHolder holder, Property<T> property) {
            Qubes qubes = ((BaseVM) holder).qubes();
            return qubes.isDefault(global)
                    ? words() + qubes.origin(global).map(more -> ", " + more).orElse("")
                    : words();
        }
    }
}
