package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesValueError;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.DefaultSource;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;

/**
 * What klasses with a property {@code template} have in common. Which of it holds for a klass, the
 * klass says: it declares the property and puts these rules and handlers into its own table.
 */
public final class Templates {
    /** Name of the property that refers to the template. */
    static final String REFERENCE = "template";

    private Templates() {}

    /**
     * {@return a default of domains: the template's value of the same property}
     *
     * @param <T> type of the property's values
     */
    public static <T> DefaultSource<T> value() {
        return InheritedValue.of(REFERENCE);
    }

    /**
     * {@return a rule for the property: the template must be of a klass}
     *
     * @param klass wire name of the klass
     */
    public static Property.Rule<PropertyHolder, DomainName> ofKlass(String klass) {
        return (holder, name) -> {
            References.refuseOtherKlass(References.found(holder, "template", name), klass);
            return name;
        };
    }

    /**
     * {@return a rule for the property: disposables must be allowed to be made from the template}
     */
    public static Property.Rule<PropertyHolder, DomainName> disposable() {
        return (holder, name) -> {
            if (!DisposableTemplate.isOne(References.target(holder, "template", name))) {
                throw new QubesPropertyValueError(
                        "template of "
                                + holder.subjectName()
                                + " must be a qube with template_for_dispvms, and "
                                + name
                                + " is none");
            }
            return name;
        };
    }

    /**
     * A handler that lets the template change only while the domain is halted.
     *
     * @param vm the domain that has the template
     * @param event the change
     */
    public static void refuseUnlessHalted(BaseVM vm, PropertyPreSet event) {
        if (!vm.isHalted()) {
            throw new QubesVMNotHaltedError("Cannot change template while qube is running");
        }
    }

    /**
     * {@return a handler that does not let the template go back to a default: there is none}
     *
     * @param instead the system's property whose value the message offers
     */
    public static BiConsumer<BaseVM, PropertyPreReset> refuseReset(
            Property<Optional<DomainName>> instead) {
        return (vm, event) -> {
            Optional<DomainName> offered = vm.qubes().find(instead).flatMap(name -> name);
            throw new QubesValueError(
                    "Cannot unset template"
                            + offered.map(
                                            name ->
                                                    ". You can set it to the current default ("
                                                            + name
                                                            + ") instead")
                                    .orElse(""));
        };
    }

    /**
     * A handler that plans again the volumes that are copies of the template's, of the domain and
     * of those based on it.
     *
     * @param vm the domain that has the template
     * @param event the change
     */
    public static void planAgain(QubesVM vm, PropertySet event) {
        vm.storage().planSnapshots();
        for (BaseVM child : basedOn(vm)) {
            if (child instanceof QubesVM managed && managed.available()) {
                managed.storage().planSnapshots();
            }
        }
    }

    /**
     * Nobody can set templates so that they lead round in a circle, but a store can hold them so.
     */
    static void refuseLoop(BaseVM vm) {
        Optional<BaseVM> at = vm.template();
        for (int hops = 0; at.isPresent(); hops++) {
            if (at.get() == vm || hops == BaseVM.MAX_CHAIN) {
                throw new QubesVMError(
                        "Template loop on '"
                                + vm
                                + "': its templates lead round in a circle; set another template");
            }
            at = at.get().template();
        }
    }

    /**
     * {@return the domains whose template is {@code template}}
     *
     * @param template the domain that is the template
     */
    public static List<BaseVM> basedOn(BaseVM template) {
        return Referrers.of(template, REFERENCE);
    }

    /**
     * Tells that a property's default changed for all that are based on {@code template} and are at
     * the default.
     *
     * @param template the domain that is the template
     * @param property name of the property
     */
    public static void announceDefault(BaseVM template, Property<?> property) {
        for (BaseVM child : basedOn(template)) {
            if (child.hasProperty(property.name()) && child.isDefault(property)) {
                child.fire(new PropertyReset(child, property, Optional.empty()));
            }
        }
    }
}
