package qubes.vm.standalonevm;

import qubes.core.event.Lifecycle;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/** A qube with a root volume of its own. */
public final class StandaloneVM extends QubesVM {
    /** What the klass declares. */
    public static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend("StandaloneVM")
                    .icon("standalonevm-")
                    .with(DisposableTemplate.CAPABILITY)
                    .volumes(
                            VolumeLayout.NONE
                                    .persistent("root", 10)
                                    .persistent("private", 2)
                                    .scratch("volatile", 10)
                                    .kernel())
                    .on(
                            Lifecycle.ImportVolume.class,
                            StandaloneVM.class,
                            StandaloneVM::bootAsImported)
                    .define();

    StandaloneVM(DomainContext context) {
        super(context);
    }

    /**
     * A root volume that came from a template boots as the template says that standalone qubes do.
     */
    private void bootAsImported(Lifecycle.ImportVolume event) {
        String mode = features().get("boot-mode.standalone-default");
        if (!event.name().equals("root") || mode == null) {
            return;
        }
        if (mode.equals("default") || features().containsKey("boot-mode.kernelopts." + mode)) {
            features().set("boot-mode.active", mode);
        }
    }
}
