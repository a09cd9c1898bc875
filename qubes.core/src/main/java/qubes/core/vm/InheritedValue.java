package qubes.core.vm;

import java.util.Optional;
import qubes.core.property.DefaultSource;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * The default that is the same property's value of another domain, the one a reference such as
 * {@code template} names (spec vm-classes.md §3.1). That domain may inherit in turn: the chain is
 * walked to the first explicit value, without recursion, so that references which lead round in a
 * circle end.
 */
record InheritedValue<T>(String reference) implements DefaultSource<T> {
    static <T> InheritedValue<T> of(String reference) {
        return new InheritedValue<>(reference);
    }

    @Override
    public String words() {
        return "the " + reference + "'s value";
    }

    @Override
    public Optional<T> find(PropertyHolder holder, Property<T> property) {
        BaseVM at = (BaseVM) holder;
        for (int hops = 0; hops < BaseVM.MAX_CHAIN; hops++) {
            BaseVM next = at.reference(reference).orElse(null);
            Property<T> declared = next == null ? null : next.properties().declared(property);
            if (next == null || declared == null) {
                return hops == 0 ? Optional.empty() : at.find(property);
            }
            Optional<T> explicit = next.explicit(declared);
            if (explicit.isPresent()) {
                return explicit;
            }
            if (!beginsHere(declared)) {
                refuseLoop(at);
                return next.find(declared);
            }
            at = next;
        }
        refuseLoop((BaseVM) holder);
        return Optional.empty(); // others may point at each other: nobody has a value then
    }

    /** Templates in a circle are a broken store; that guivms point at each other is allowed. */
    private void refuseLoop(BaseVM vm) {
        if (reference.equals(Templates.REFERENCE)) {
            Templates.refuseLoop(vm);
        }
    }

    /** True if a domain with that declaration looks at its own reference first. */
    private boolean beginsHere(Property<T> declared) {
        return !declared.defaults().isEmpty() && declared.defaults().get(0).equals(this);
    }

    @Override
    public String origin(PropertyHolder holder, Property<T> property) {
        BaseVM source = ((BaseVM) holder).reference(reference).orElseThrow();
        String where = "from " + reference + " " + source.name();
        return source.isDefault(property)
                ? where + source.origin(property).map(more -> ", " + more).orElse("")
                : where;
    }
}
