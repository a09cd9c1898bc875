package qubes.core.vm;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;

/** dom0: the domain the daemon itself runs in. Always there, always running, never a guest. */
public final class AdminVM extends BaseVM {
    private static final int DEFAULT_MAXIMUM_MIB = 4096;
    private static final long KIB_PER_MIB = 1024;

    /** What the original answers for the memory that dom0 uses where nobody can tell. */
    private static final long OFFLINE_KIB = 4242;

    /** Name of dom0. */
    public static final Property<DomainName> NAME =
            Property.of(AdminVM.class, "name", BaseVM.NAME.type())
                    .doc(BaseVM.NAME.doc())
                    .computed("dom0", vm -> DomainName.DOM0)
                    .define();

    /** Number of dom0, which is 0. */
    public static final Property<Integer> QID =
            Property.of(AdminVM.class, "qid", PropertyType.INT)
                    .doc(BaseVM.QID.doc())
                    .computed("0", vm -> 0)
                    .define();

    /** Identity of dom0, the same everywhere. */
    public static final Property<UUID> UNIQUE_ID =
            Property.of(AdminVM.class, "uuid", PropertyType.UNIQUE_ID)
                    .doc(BaseVM.UNIQUE_ID.doc())
                    .computed("all zeros", vm -> DomainRecord.NIL_UUID)
                    .define();

    /** Icon that stands for dom0. */
    public static final Property<String> ICON =
            Property.of(AdminVM.class, "icon", PropertyType.STR)
                    .doc(BaseVM.ICON.doc())
                    .computed("adminvm-black", vm -> "adminvm-black")
                    .define();

    /** Disposable template of disposables that dom0 starts. */
    public static final Property<Optional<DomainName>> DEFAULT_DISPVM =
            Property.of(AdminVM.class, "default_dispvm", PropertyType.OPTIONAL_DOMAIN)
                    .allows("the name of a qube with template_for_dispvms, or none")
                    .doc(QubesVM.DEFAULT_DISPVM.doc())
                    .loadStage(4)
                    .from(Globals.valueOf(Globals.DEFAULT_DISPVM))
                    .accept(References.disposableTemplate("default_dispvm"))
                    .define();

    /** Memory dom0 may use, in MiB. */
    public static final Property<Integer> MAXMEM =
            Property.of(AdminVM.class, "maxmem", PropertyType.INT)
                    .doc("Memory dom0 may use, in MiB.")
                    .computed("the hypervisor's, else 4096", AdminVM::maximumMiB)
                    .define();

    /** Whether the host is updated; it is. */
    public static final Property<Boolean> UPDATEABLE =
            Property.of(AdminVM.class, "updateable", PropertyType.BOOL)
                    .doc(QubesVM.UPDATEABLE.doc())
                    .computed("True", vm -> true)
                    .define();

    /** Keyboard layout of the host. */
    public static final Property<String> KEYBOARD_LAYOUT =
            Property.of(AdminVM.class, "keyboard_layout", PropertyType.STR)
                    .allows("LAYOUT+VARIANT+OPTIONS, the last two may be empty")
                    .doc(QubesVM.KEYBOARD_LAYOUT.doc())
                    .defaultsTo(KeyboardLayout.DEFAULT)
                    .check(KeyboardLayout::check)
                    .define();

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            LOCAL_TRAITS
                    .extend(DomainRecord.ADMIN_KLASS)
                    .override(NAME)
                    .override(QID)
                    .override(UNIQUE_ID)
                    .override(ICON)
                    .declare(
                            DEFAULT_DISPVM,
                            MAXMEM,
                            UPDATEABLE,
                            KEYBOARD_LAYOUT,
                            QubesVM.INCLUDE_IN_BACKUPS,
                            QubesVM.DEVICES_DENIED)
                    .icon("adminvm-")
                    .define();

    /**
     * Called by the core.
     *
     * @param context what the core lends the object
     */
    public AdminVM(DomainContext context) {
        super(context);
    }

    @Override
    public PowerState powerState() {
        return PowerState.RUNNING;
    }

    /** {@return the hypervisor's number of dom0: 0 everywhere} */
    public int xid() {
        return 0;
    }

    /**
     * {@return what dom0 uses now, as far as somebody can tell: without a hypervisor a number that
     * says so, and where dom0 is none of the hypervisor's domains, what it may have} May block.
     * Source: spec vm-classes §10.
     *
     * @throws qubes.core.error.QubesException if the hypervisor fails to say
     */
    public GuestStats stats() {
        long maximum = get(MAXMEM) * KIB_PER_MIB;
        GuestStats seen =
                qubes().findHypervisor()
                        .map(hypervisor -> hypervisor.stats(uuid()))
                        .orElse(new GuestStats(OFFLINE_KIB, 0, 0, 0));
        long memory = seen.memoryKiB() == 0 ? maximum : seen.memoryKiB();
        return new GuestStats(memory, maximum, seen.cpuTimeNanos(), seen.vcpus());
    }

    private static int maximumMiB(AdminVM vm) {
        return vm.qubes().findHypervisor().map(Hypervisor::ownMaximumKiB).stream()
                .flatMapToLong(OptionalLong::stream)
                .mapToInt(kib -> Math.toIntExact(kib / KIB_PER_MIB))
                .findFirst()
                .orElse(DEFAULT_MAXIMUM_MIB);
    }
}
