package qubes.core.vm;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.Repr;
import qubes.core.event.FeatureSet;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyPreSet;
import qubes.core.firewall.Firewall;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestState;
import qubes.core.property.Checks;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;

/**
 * A domain that the hypervisor runs: lifecycle, storage, network. Operations block and run on the
 * caller's thread under the domain's lifecycle lock; {@link GuestLifecycle} holds their steps.
 * Queries never block unless they say so.
 */
public abstract class QubesVM extends BaseVM {
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_+,.-]*");
    private static final int MOST_OPTIONS = 512;

    /** Start with the system. */
    public static final Property<Boolean> AUTOSTART =
            flag("autostart", false, "Start with the system.");

    /** Show what helps to find faults. */
    public static final Property<Boolean> DEBUG =
            flag("debug", false, "Show what helps to find faults.");

    /** Whether backups hold the qube. */
    public static final Property<Boolean> INCLUDE_IN_BACKUPS =
            flag("include_in_backups", true, "Whether backups hold the qube.");

    /** Whether the package manager owns the qube, which then cannot be removed. */
    public static final Property<Boolean> INSTALLED_BY_RPM =
            flag(
                    "installed_by_rpm",
                    false,
                    "Whether the package manager owns the qube, which then cannot be removed.");

    /** Qube that carries the audio. */
    public static final Property<Optional<DomainName>> AUDIOVM =
            reference("audiovm", "Qube that carries the audio.")
                    .from(Globals.valueOf(Globals.DEFAULT_AUDIOVM))
                    .define();

    /** Qube that shows the windows. */
    public static final Property<Optional<DomainName>> GUIVM =
            reference("guivm", "Qube that shows the windows.")
                    .from(Globals.valueOf(Globals.DEFAULT_GUIVM))
                    .define();

    /** Disposable template of disposables that this qube starts. */
    public static final Property<Optional<DomainName>> DEFAULT_DISPVM =
            reference("default_dispvm", "Disposable template of disposables that this qube starts.")
                    .allows("the name of a qube with template_for_dispvms, or none")
                    .from(Globals.valueOf(Globals.DEFAULT_DISPVM))
                    .accept(References.disposableTemplate("default_dispvm"))
                    .define();

    /** Disposable template from which the qube is managed. */
    public static final Property<Optional<DomainName>> MANAGEMENT_DISPVM =
            reference("management_dispvm", "Disposable template from which the qube is managed.")
                    .allows("the name of a qube with template_for_dispvms, or none")
                    .from(Templates.value())
                    .from(Globals.valueOf(Globals.MANAGEMENT_DISPVM))
                    .accept(References.disposableTemplate("management_dispvm"))
                    .define();

    /** Unix time of the last backup. */
    public static final Property<Optional<Long>> BACKUP_TIMESTAMP =
            of("backup_timestamp", PropertyType.OPTIONAL_LONG)
                    .doc("Unix time of the last backup.")
                    .defaultsTo(Optional.empty())
                    .check(QubesVM::refuseNone)
                    .define();

    /** Named set of kernel options to boot with. */
    public static final Property<String> BOOTMODE =
            of("bootmode", PropertyType.STR_OF_ANY)
                    .doc("Named set of kernel options to boot with.")
                    .loadStage(4)
                    .parsedBy((vm, text) -> text)
                    .defaultsTo("by the features boot-mode.*", BootModes::defaultOf)
                    .define();

    /** User that commands run as. */
    public static final Property<String> DEFAULT_USER =
            of("default_user", PropertyType.STR)
                    .allows("letters, digits and -_+,.")
                    .doc("User that commands run as.")
                    .from(Templates.value())
                    .orElse("user")
                    .check(
                            Checks.that(
                                    "has letters, digits and -_+,. only",
                                    user -> USER.matcher(user).matches()))
                    .define();

    /** Interface codes of devices that must not be attached, seven characters each. */
    public static final Property<String> DEVICES_DENIED =
            Property.of(BaseVM.class, "devices_denied", DeniedDevices.TYPE)
                    .allows(
                            "interface codes of seven characters each: b, u, m, p or *, then six of 0-9, a-f and *")
                    .doc(
                            "Interface codes of devices that must not be attached, seven characters each.")
                    .defaultsTo("")
                    .accept((vm, codes) -> DeniedDevices.normalized(codes))
                    .define();

    /** Kernel to boot, of those installed on the host; none means the qube's own. */
    public static final Property<String> KERNEL =
            of("kernel", PropertyType.STR)
                    .allows("the name of an installed kernel, or none")
                    .doc(
                            "Kernel to boot, of those installed on the host; none means the qube's own.")
                    .from(Templates.value())
                    .from(Globals.valueOf(Globals.DEFAULT_KERNEL))
                    .check((name, kernel) -> Kernels.refusePath(kernel))
                    .define();

    /** Kernel options beside those every qube gets. */
    public static final Property<String> KERNELOPTS =
            of("kernelopts", PropertyType.STR)
                    .allows("at most 512 characters")
                    .doc("Kernel options beside those every qube gets.")
                    .loadStage(4)
                    .defaultsTo("by kernel, template and devices", KernelOptions::defaultOf)
                    .check(QubesVM::refuseLongOptions)
                    .define();

    /** Keyboard layout, variant and options, joined by +. */
    public static final Property<String> KEYBOARD_LAYOUT =
            of("keyboard_layout", PropertyType.STR)
                    .allows("LAYOUT+VARIANT+OPTIONS, the last two may be empty")
                    .doc("Keyboard layout, variant and options, joined by +.")
                    .from(InheritedValue.of("guivm"))
                    .orElse(KeyboardLayout.DEFAULT)
                    .check(KeyboardLayout::check)
                    .define();

    /** Memory at start, in MiB. */
    public static final Property<Integer> MEMORY =
            of("memory", PropertyType.INT)
                    .allows("1 or more")
                    .doc("Memory at start, in MiB.")
                    .from(Templates.value())
                    .orElse(400)
                    .check(Checks.positive())
                    .define();

    /** Memory the qube can grow to, in MiB; 0 if it cannot. */
    public static final Property<Integer> MAXMEM =
            of("maxmem", PropertyType.INT)
                    .allows("0 or more")
                    .doc("Memory the qube can grow to, in MiB; 0 if it cannot.")
                    .defaultsTo("by hypervisor, template and memory", MemoryBalance::defaultMaximum)
                    .check(Checks.notNegative())
                    .define();

    /** Seconds a start waits for the guest's agent. */
    public static final Property<Integer> QREXEC_TIMEOUT =
            of("qrexec_timeout", PropertyType.INT)
                    .allows("1 or more")
                    .doc("Seconds a start waits for the guest's agent.")
                    .from(Templates.value())
                    .from(Globals.valueOf(Globals.DEFAULT_QREXEC_TIMEOUT))
                    .check(Checks.positive())
                    .define();

    /** Seconds a shutdown may take. */
    public static final Property<Integer> SHUTDOWN_TIMEOUT =
            of("shutdown_timeout", PropertyType.INT)
                    .allows("1 or more")
                    .doc("Seconds a shutdown may take.")
                    .from(Templates.value())
                    .from(Globals.valueOf(Globals.DEFAULT_SHUTDOWN_TIMEOUT))
                    .check(Checks.positive())
                    .define();

    /** Memory of the helper domain that emulates devices, in MiB. */
    public static final Property<Optional<Integer>> STUBDOM_MEM =
            of("stubdom_mem", PropertyType.OPTIONAL_INT)
                    .allows("1 or more")
                    .doc("Memory of the helper domain that emulates devices, in MiB.")
                    .defaultsTo(Optional.empty())
                    .check(QubesVM::refuseNone)
                    .check((name, mib) -> mib.ifPresent(set -> Checks.positive().check(name, set)))
                    .define();

    /** Virtual CPUs seen by the guest. A change takes effect at the next start. */
    public static final Property<Integer> VCPUS =
            of("vcpus", PropertyType.INT)
                    .allows("1 or more")
                    .doc("Virtual CPUs seen by the guest. A change takes effect at the next start.")
                    .from(Templates.value())
                    .orElse(2)
                    .check(Checks.positive())
                    .define();

    /** How the guest is virtualised: hvm, pvh or pv. */
    public static final Property<String> VIRT_MODE =
            of("virt_mode", PropertyType.STR_OF_LOWER_CASE)
                    .allows("hvm, pvh or pv; not pvh with PCI devices")
                    .doc("How the guest is virtualised: hvm, pvh or pv.")
                    .mayDefaultTo("hvm with PCI devices", QubesVM::modeForDevices)
                    .from(Templates.value())
                    .orElse("pvh")
                    .accept(QubesVM::virtMode)
                    .define();

    /** Whether software installed in the qube stays. */
    public static final Property<Boolean> UPDATEABLE =
            of("updateable", PropertyType.BOOL)
                    .doc("Whether software installed in the qube stays.")
                    .computed("True without a template", vm -> !vm.hasProperty("template"))
                    .define();

    /** The hypervisor's number for the running guest; -1 if it does not run. */
    public static final Property<Integer> XID =
            of("xid", PropertyType.INT)
                    .doc("The hypervisor's number for the running guest; -1 if it does not run.")
                    .computed("the hypervisor's", vm -> vm.guestId())
                    .define();

    /** The hypervisor's number for the helper domain that emulates devices; -1 if there is none. */
    public static final Property<Integer> STUBDOM_XID =
            of("stubdom_xid", PropertyType.INT)
                    .doc(
                            "The hypervisor's number for the helper domain that emulates devices; -1 if there is none.")
                    .computed("-1 outside Xen", vm -> -1)
                    .define();

    /** Identity of the helper domain that emulates devices; empty if there is none. */
    public static final Property<String> STUBDOM_UUID =
            of("stubdom_uuid", PropertyType.STR)
                    .doc(
                            "Identity of the helper domain that emulates devices; empty if there is none.")
                    .computed("empty outside Xen", vm -> "")
                    .define();

    /** Unix time at which the guest was started; none if it does not run. */
    public static final Property<Optional<String>> START_TIME =
            of("start_time", PropertyType.OPTIONAL_STR)
                    .doc("Unix time at which the guest was started; none if it does not run.")
                    .computed("when the guest was started", vm -> vm.lifecycle.startTime())
                    .define();

    /** What klasses of managed domains extend. */
    public static final KlassTraits TRAITS =
            LOCAL_TRAITS
                    .extend("QubesVM")
                    .with(Network.CAPABILITY)
                    .declare(
                            AUDIOVM,
                            AUTOSTART,
                            BACKUP_TIMESTAMP,
                            BOOTMODE,
                            DEBUG,
                            DEFAULT_DISPVM,
                            DEFAULT_USER,
                            DEVICES_DENIED,
                            GUIVM,
                            INCLUDE_IN_BACKUPS,
                            INSTALLED_BY_RPM,
                            KERNEL,
                            KERNELOPTS,
                            KEYBOARD_LAYOUT,
                            MANAGEMENT_DISPVM,
                            MAXMEM,
                            MEMORY,
                            QREXEC_TIMEOUT,
                            SHUTDOWN_TIMEOUT,
                            START_TIME,
                            STUBDOM_MEM,
                            STUBDOM_UUID,
                            STUBDOM_XID,
                            UPDATEABLE,
                            VCPUS,
                            VIRT_MODE,
                            XID)
                    .on(FeatureSet.of("boot-mode.active"), QubesVM.class, BootModes::announceActive)
                    .on(PropertyPreSet.of(KERNEL), QubesVM.class, Kernels::refuseMissing)
                    .on(PropertyPreSet.of(MAXMEM), QubesVM.class, MemoryBalance::refuseWhileRunning)
                    .on(
                            Lifecycle.Stopped.class,
                            QubesVM.class,
                            (vm, event) -> vm.lifecycle.cleanUp())
                    .define();

    private final DomainStorage storage = new DomainStorage(this);
    private final GuestLifecycle lifecycle;

    /**
     * Called by a klass's factory.
     *
     * @param context what the core lends the object
     */
    protected QubesVM(DomainContext context) {
        super(context);
        this.lifecycle = new GuestLifecycle(this, context);
    }

    /** {@return the volumes} */
    public final DomainStorage storage() {
        return storage;
    }

    /**
     * {@return the rules for the domain's network traffic}
     *
     * @throws qubes.core.error.QubesVMNotFoundError if the domain was removed
     */
    public final Firewall firewall() {
        return context().firewall(storage.directory());
    }

    /**
     * {@return what the user wrote about the domain}
     *
     * @throws qubes.core.error.QubesVMNotFoundError if the domain was removed
     */
    public final Notes notes() {
        return context().notes(storage.directory());
    }

    /** {@return folder under the base directory, and in pools, of this klass's domains} */
    protected String volumeDirectory() {
        return "appvms";
    }

    /**
     * Makes the volumes of a new domain.
     *
     * @throws qubes.core.error.QubesException if it fails; nothing is left on disk then
     */
    public final void createOnDisk() {
        context()
                .exclusively(
                        "create",
                        () -> {
                            storage.create();
                            fire(new Lifecycle.CreateOnDisk(this));
                            return null;
                        });
    }

    /**
     * Starts the domain and, before it, those that give it network; one that is not halted is left
     * alone. Blocks until the guest runs. A klass may refuse before anything is told of the start;
     * what it has to do besides hears the events.
     *
     * @throws qubes.core.error.QubesException if it cannot start; it is halted then
     */
    public void start() {
        lifecycle.start(true);
    }

    /**
     * Asks the guest to power off.
     *
     * @param force even if other domains depend on it, or it is paused
     * @param wait until it is down and cleaned up
     * @throws qubes.core.error.QubesException if it is halted, refuses, or is not down in time
     */
    public final void shutdown(boolean force, boolean wait) {
        lifecycle.shutdown(force, wait, Duration.ofSeconds(get(SHUTDOWN_TIMEOUT)));
    }

    /**
     * Stops the volumes of a domain that does not run, for instance after the host was restarted.
     * Blocks.
     */
    public final void stopStorage() {
        context()
                .exclusively(
                        "stop storage",
                        () -> {
                            if (!qubes().hypervisor().refresh(uuid()).active()) {
                                storage.stop();
                            }
                            return null;
                        });
    }

    /** Ends the guest at once and cleans up. */
    public final void kill() {
        lifecycle.kill();
    }

    /** Stops the guest's processors. */
    public final void pause() {
        lifecycle.pause();
    }

    /** Lets a paused guest run on. */
    public final void unpause() {
        lifecycle.unpause();
    }

    /** Puts the guest to sleep, or pauses it where it cannot. */
    public final void suspend() {
        lifecycle.suspend();
    }

    /** Wakes a suspended guest, or lets a paused one run on. */
    public final void resume() {
        lifecycle.resume();
    }

    @Override
    public final PowerState powerState() {
        GuestState state = qubes().guestState(uuid()).orElse(GuestState.HALTED);
        if (state == GuestState.RUNNING) {
            return lifecycle.fullyUsable() ? PowerState.RUNNING : PowerState.TRANSIENT;
        }
        return PowerState.valueOf(state.name());
    }

    /** {@return true while the hypervisor holds the guest, paused or not} */
    public final boolean isRunning() {
        return qubes().guestState(uuid()).orElse(GuestState.HALTED).active();
    }

    /**
     * {@return who commands in the guest run as: {@code default_user}, unless the boot mode says
     * otherwise} Never blocks. Source: spec vm-classes §3.6.
     */
    public final String effectiveUser() {
        return BootModes.effectiveUser(this);
    }

    final int guestId() {
        return qubes().findHypervisor()
                .flatMap(hypervisor -> hypervisor.guest(uuid()))
                .filter(guest -> guest.state().active())
                .map(Guest::id)
                .orElse(-1);
    }

    private static <T> Property.Builder<QubesVM, T> of(String name, PropertyType<T> type) {
        return Property.of(QubesVM.class, name, type);
    }

    private static Property.Builder<QubesVM, Optional<DomainName>> reference(
            String name, String doc) {
        return of(name, PropertyType.OPTIONAL_DOMAIN)
                .doc(doc)
                .loadStage(4)
                .accept(References.existing(name));
    }

    private static Property<Boolean> flag(String name, boolean value, String doc) {
        return Property.named(name, PropertyType.BOOL).doc(doc).defaultsTo(value).define();
    }

    private static Optional<String> modeForDevices(QubesVM vm) {
        return vm.hasPci() ? Optional.of("hvm") : Optional.empty();
    }

    private static void refuseNone(String property, Optional<?> value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(
                    property + " needs a number; there is none again after a reset");
        }
    }

    private static void refuseLongOptions(String property, String options) {
        if (options.length() > MOST_OPTIONS) {
            throw new QubesPropertyValueError(
                    property
                            + " must not be longer than "
                            + MOST_OPTIONS
                            + " characters, and these are "
                            + options.length());
        }
    }

    private static String virtMode(QubesVM vm, String text) {
        String mode = text.toLowerCase(java.util.Locale.ROOT);
        if (!mode.matches("hvm|pvh|pv")) {
            throw new QubesPropertyValueError(
                    "Invalid virtualization mode, supported values: hvm, pv, pvh; not "
                            + Repr.quote(text));
        }
        if (mode.equals("pvh") && vm.hasPci()) {
            throw new QubesPropertyValueError("pvh mode can't be set if pci devices are attached");
        }
        return mode;
    }

    /** True if a PCI device is assigned. */
    final boolean hasPci() {
        return !devices().of("pci").assigned().isEmpty();
    }
}
