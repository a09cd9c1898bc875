package ${package};

import qubes.core.event.Lifecycle;
import qubes.core.property.Checks;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;
import qubes.core.vm.VolumeLayout;

/**
 * A qube that has something to say. It is a {@link QubesVM}, so that the hypervisor runs it; a
 * domain that lives elsewhere would be a {@link qubes.core.vm.BaseVM}.
 *
 * <p>An object of this class is a thin view of a record that the core keeps: it has no fields of
 * its own, and may be made anew at any time.
 */
public final class ${name}VM extends QubesVM {
    /** The klass, as the store and clients know it. */
    static final String KLASS = "${name}VM";

    /**
     * What it says. A property is a constant: its name, its type, where its value comes from while
     * nobody has set it, what is refused. Clients read and set it as any other.
     */
    public static final Property<String> GREETING =
            Property.of(${name}VM.class, "greeting", PropertyType.STR)
                    .doc("What the qube says.")
                    .allows("1 to 80 characters")
                    .defaultsTo("hello")
                    .check(
                            Checks.that(
                                    "has 1 to 80 characters",
                                    text -> !text.isEmpty() && text.length() <= 80))
                    .define();

    /**
     * What the klass declares beyond {@link QubesVM}: its properties, the volumes of a new domain,
     * and handlers of its events. They run before those of extensions.
     */
    static final KlassTraits TRAITS =
            QubesVM.TRAITS
                    .extend(KLASS)
                    .declare(GREETING)
                    .volumes(
                            VolumeLayout.NONE
                                    .persistent("root", 10)
                                    .persistent("private", 2)
                                    .scratch("volatile", 10)
                                    .kernel())
                    .on(Lifecycle.Started.class, ${name}VM.class, ${name}VM::greet)
                    .define();

    ${name}VM(DomainContext context) {
        super(context);
    }

    /** Leaves in a feature what was said last. Handlers of a guest's life may block, others not. */
    private void greet(Lifecycle.Started event) {
        features().set("greeted", get(GREETING));
    }
}
