package qubes.admin.method;

import java.util.Map;
import qubes.core.admin.AdminCall;
import qubes.core.admin.Decoder;
import qubes.core.admin.Unanswerable;
import qubes.core.admin.Untrusted;
import qubes.core.admin.ValueDecoder;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNoSuchPropertyError;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.error.Repr;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyType;
import qubes.core.vm.BaseVM;

/** Properties as clients read and write them (spec admin-protocol §7). */
final class PropertyText {
    private PropertyText() {}

    /**
     * The property of {@code holder} that a caller names.
     *
     * @throws QubesNoSuchPropertyError if there is none
     * @throws QubesVMNotAvailableError if that is because the domain's klass is away
     */
    static Property<?> named(PropertyHolder holder, Untrusted name) {
        return Decoder.known(name, holder.properties()::find)
                .orElseThrow(
                        () -> {
                            if (holder instanceof BaseVM vm && !vm.available()) {
                                return new QubesVMNotAvailableError(
                                        vm.name()
                                                + ": no installed bundle provides klass "
                                                + vm.klass()
                                                + "; install it and try again");
                            }
                            return new QubesNoSuchPropertyError(
                                    "Invalid property "
                                            + Decoder.quoted(name)
                                            + " of "
                                            + called(holder));
                        });
    }

    /** {@code default=False type=int 600}. */
    static <T> String valueOf(PropertyHolder holder, Property<T> property) {
        return describe(
                property,
                holder.isDefault(property),
                holder.find(property).map(property.type()::write).orElse(""));
    }

    /** A line of the list of all: a property that cannot be read now must not hide the others. */
    static <T> String lineOf(PropertyHolder holder, Property<T> property) {
        String described;
        try {
            described = valueOf(holder, property);
        } catch (QubesException e) {
            described = describe(property, holder.isDefault(property), "");
        }
        return property.name() + " " + described.replace("\\", "\\\\").replace("\n", "\\n");
    }

    /** {@code type=int 400}, empty if there is no default. */
    static <T> String defaultOf(PropertyHolder holder, Property<T> property) {
        return holder.defaultOf(property)
                .map(
                        value ->
                                "type="
                                        + property.type().wireTag()
                                        + " "
                                        + property.type().write(value))
                .orElse("");
    }

    /** What a user reads about it: one line. */
    static String help(Property<?> property) {
        String words = property.defaultWords();
        String text =
                property.doc()
                        + " Allowed: "
                        + property.allowed()
                        + "."
                        + (words.isEmpty() ? "" : " Default: " + words + ".");
        return text.replaceAll("\\s+", " ").strip();
    }

    /** Sets what a caller sent, once permitted. */
    static <T> void set(AdminCall call, PropertyHolder holder, Property<T> property) {
        String text = ValueDecoder.propertyValue(property, holder, call.payload());
        call.permit(Map.of("newvalue", text));
        if (text.isEmpty() && property.type() == PropertyType.DOMAIN) {
            throw new QubesPropertyValueError(
                    "Invalid value '' for property "
                            + Repr.quote(property.name())
                            + " of "
                            + called(holder));
        }
        change(holder, property, () -> holder.set(property, property.parse(holder, text)));
    }

    /** Puts a property back to its default, once permitted. */
    static void reset(AdminCall call, PropertyHolder holder, Property<?> property) {
        call.permit();
        change(holder, property, () -> holder.reset(property));
    }

    /**
     * Two refusals are errors that the original does not answer: of a property that is written
     * once, and of values that are not of the form its own setter wants.
     */
    private static void change(PropertyHolder holder, Property<?> property, Runnable change) {
        String what = "property " + property + " of " + called(holder);
        if (property.writeOnce() && !holder.isDefault(property)) {
            throw new Unanswerable(what + " is set, once and for all");
        }
        try {
            change.run();
        } catch (IllegalArgumentException e) {
            throw new Unanswerable(what + " does not take that: " + e.getMessage());
        }
    }

    private static String called(PropertyHolder holder) {
        return holder.subjectName().isEmpty() ? holder.kindName() : holder.subjectName();
    }

    private static String describe(Property<?> property, boolean isDefault, String value) {
        return (isDefault ? "default=True type=" : "default=False type=")
                + property.type().wireTag()
                + " "
                + value;
    }
}
