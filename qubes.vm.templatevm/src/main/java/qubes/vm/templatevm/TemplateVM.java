package qubes.vm.templatevm;

import java.util.List;
import java.util.Optional;
import qubes.core.event.FeatureSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.value.DomainName;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;
import qubes.core.vm.Templates;
import qubes.core.vm.VolumeLayout;

/** A qube whose root volume others start from. */
public final class TemplateVM extends QubesVM {
    private static final String BOOTMODE_FEATURE = "boot-mode.appvm-default";

    public static final Property<String> APPVM_DEFAULT_BOOTMODE =
            Property.of(TemplateVM.class, "appvm_default_bootmode", PropertyType.STR_OF_ANY)
                    .doc("Boot mode of qubes based on this template that do not name another.")
                    .loadStage(4)
                    .parsedBy((vm, text) -> text)
                    .defaultsTo(
                            "the feature boot-mode.appvm-default, else default",
                            vm -> vm.features().getOrDefault(BOOTMODE_FEATURE, "default"))
                    .define();

    /** A template is cut off unless told otherwise; updates come through a proxy. */
    public static final Property<Optional<DomainName>> NETVM =
            Network.NETVM.redeclaredFor(TemplateVM.class).defaultsTo(Optional.empty()).define();

    /** Properties whose default is the template's value. */
    private static final List<Property<?>> INHERITED =
            List.of(
                    QubesVM.DEFAULT_USER,
                    QubesVM.KERNEL,
                    QubesVM.KERNELOPTS,
                    QubesVM.VCPUS,
                    QubesVM.MEMORY,
                    QubesVM.MAXMEM,
                    QubesVM.QREXEC_TIMEOUT,
                    QubesVM.SHUTDOWN_TIMEOUT,
                    QubesVM.MANAGEMENT_DISPVM);

    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("TemplateVM")
                    .icon("templatevm-")
                    .declare(APPVM_DEFAULT_BOOTMODE)
                    .override(NETVM)
                    .volumes(
                            VolumeLayout.NONE
                                    .persistent("root", 10)
                                    .persistent("private", 2)
                                    .scratch("volatile", 10)
                                    .kernel())
                    .on(PropertySet.class, TemplateVM.class, TemplateVM::announceInherited)
                    .on(
                            PropertySet.of(APPVM_DEFAULT_BOOTMODE),
                            TemplateVM.class,
                            (vm, event) -> Templates.announceDefault(vm, QubesVM.BOOTMODE))
                    .on(
                            PropertyReset.of(APPVM_DEFAULT_BOOTMODE),
                            TemplateVM.class,
                            (vm, event) -> Templates.announceDefault(vm, QubesVM.BOOTMODE))
                    .on(
                            FeatureSet.of(BOOTMODE_FEATURE),
                            TemplateVM.class,
                            TemplateVM::announceBootMode)
                    .define();

    TemplateVM(DomainContext context) {
        super(context);
    }

    @Override
    protected String volumeDirectory() {
        return "vm-templates";
    }

    private void announceInherited(PropertySet event) {
        boolean changed = !event.oldValue().equals(Optional.of(event.newValue()));
        if (changed && INHERITED.contains(event.property())) {
            Templates.announceDefault(this, event.property());
        }
    }

    /**
     * Those based on the template hear of it twice, as with the original: here and from the handler
     * of the reset.
     */
    private void announceBootMode(FeatureSet event) {
        boolean changed = !event.oldValue().equals(Optional.of(event.value()));
        if (changed && isDefault(APPVM_DEFAULT_BOOTMODE)) {
            fire(new PropertyReset(this, APPVM_DEFAULT_BOOTMODE, Optional.empty()));
            Templates.announceDefault(this, QubesVM.BOOTMODE);
        }
    }
}
