package qubes.core.vm;

import java.util.Optional;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.Repr;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;

/** Rules for properties that refer to a domain. */
public final class References {
    private References() {}

    /**
     * {@return the domain referred to, or none, must exist and be local}
     *
     * @param property name of the property, for messages
     */
    public static Property.Rule<PropertyHolder, Optional<DomainName>> existing(String property) {
        return (holder, name) -> {
            name.ifPresent(n -> target(holder, property, n));
            return name;
        };
    }

    /**
     * {@return the domain referred to must exist and be local; none is refused}
     *
     * @param property name of the property, for messages
     */
    public static Property.Rule<PropertyHolder, DomainName> needed(String property) {
        return (holder, name) -> target(holder, property, name).name();
    }

    /**
     * {@return the domain referred to must be a disposable template}
     *
     * @param property name of the property, for messages
     */
    public static Property.Rule<PropertyHolder, Optional<DomainName>> disposableTemplate(
            String property) {
        return (holder, name) -> {
            name.ifPresent(
                    n -> {
                        if (!DisposableTemplate.isOne(target(holder, property, n))) {
                            throw new QubesPropertyValueError(
                                    property
                                            + " of "
                                            + subject(holder)
                                            + " needs a qube with template_for_dispvms, and "
                                            + n
                                            + " is none");
                        }
                    });
            return name;
        };
    }

    /**
     * {@return the domain referred to must be of a klass}
     *
     * @param property name of the property, for messages
     * @param klass wire name of the klass
     */
    public static Property.Rule<PropertyHolder, Optional<DomainName>> ofKlass(
            String property, String klass) {
        return (holder, name) -> {
            name.ifPresent(n -> refuseOtherKlass(found(holder, property, n), klass));
            return name;
        };
    }

    /**
     * Refuses a domain of another klass.
     *
     * @param vm what the reference is to name
     * @param klass wire name of the klass
     * @throws QubesPropertyValueError naming both klasses
     */
    public static void refuseOtherKlass(BaseVM vm, String klass) {
        if (!vm.klass().equals(klass)) {
            throw wrongClass(vm, klass);
        }
    }

    /**
     * {@return the local domain of that name}
     *
     * @param holder who has the reference
     * @param property name of the property, for messages
     * @param name the name it holds
     * @throws QubesPropertyValueError if there is none, or it is not local
     */
    public static BaseVM target(PropertyHolder holder, String property, DomainName name) {
        BaseVM vm = found(holder, property, name);
        if (vm.available() && !vm.isA(KlassTraits.LOCAL)) {
            throw wrongClass(vm, KlassTraits.LOCAL);
        }
        return vm;
    }

    /** The domain of that name, of whatever class. */
    static BaseVM found(PropertyHolder holder, String property, DomainName name) {
        return qubes(holder)
                .find(name)
                .orElseThrow(
                        () ->
                                new QubesPropertyValueError(
                                        "Can't set " + property + " to non-existing qube " + name));
    }

    private static QubesPropertyValueError wrongClass(BaseVM vm, String wanted) {
        return new QubesPropertyValueError(
                "wrong VM class: domains["
                        + Repr.quote(vm.name().value())
                        + "] is of type "
                        + vm.klass()
                        + " and not "
                        + wanted);
    }

    private static Qubes qubes(PropertyHolder holder) {
        return holder.as(Qubes.class).orElseGet(() -> ((BaseVM) holder).qubes());
    }

    private static String subject(PropertyHolder holder) {
        return holder.subjectName().isEmpty() ? "the system" : holder.subjectName();
    }
}
