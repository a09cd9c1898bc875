package qubes.core.vm;

import java.util.Optional;
import java.util.UUID;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;

/** dom0: the domain the daemon itself runs in. Always there, always running, never a guest. */
public final class AdminVM extends BaseVM {
    public static final Property<DomainName> NAME =
            Property.of(AdminVM.class, "name", BaseVM.NAME.type())
                    .doc(BaseVM.NAME.doc())
                    .computed("dom0", vm -> DomainName.DOM0)
                    .define();

    public static final Property<Integer> QID =
            Property.of(AdminVM.class, "qid", PropertyType.INT)
                    .doc(BaseVM.QID.doc())
                    .computed("0", vm -> 0)
                    .define();

    public static final Property<UUID> UNIQUE_ID =
            Property.of(AdminVM.class, "uuid", PropertyType.UNIQUE_ID)
                    .doc(BaseVM.UNIQUE_ID.doc())
                    .computed("all zeros", vm -> DomainRecord.NIL_UUID)
                    .define();

    public static final Property<String> ICON =
            Property.of(AdminVM.class, "icon", PropertyType.STR)
                    .doc(BaseVM.ICON.doc())
                    .computed("adminvm-black", vm -> "adminvm-black")
                    .define();

    public static final Property<Optional<DomainName>> DEFAULT_DISPVM =
            Property.of(AdminVM.class, "default_dispvm", PropertyType.OPTIONAL_DOMAIN)
                    .doc(QubesVM.DEFAULT_DISPVM.doc())
                    .loadStage(4)
                    .from(Globals.valueOf(Globals.DEFAULT_DISPVM))
                    .accept(References.disposableTemplate("default_dispvm"))
                    .define();

    public static final Property<Integer> MAXMEM =
            Property.of(AdminVM.class, "maxmem", PropertyType.INT)
                    .doc("Memory dom0 may use, in MiB.")
                    .computed("4096", vm -> 4096)
                    .define();

    public static final Property<Boolean> UPDATEABLE =
            Property.of(AdminVM.class, "updateable", PropertyType.BOOL)
                    .doc(QubesVM.UPDATEABLE.doc())
                    .computed("True", vm -> true)
                    .define();

    public static final Property<String> KEYBOARD_LAYOUT =
            Property.of(AdminVM.class, "keyboard_layout", PropertyType.STR)
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

    /** Called by the core. */
    public AdminVM(DomainContext context) {
        super(context);
    }

    @Override
    public PowerState powerState() {
        return PowerState.RUNNING;
    }
}
