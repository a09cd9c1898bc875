package qubes.core.internal.system;

import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.vm.Globals;

/**
 * The order in which the store writes properties: by load stage, then name, as far as declarations
 * are known.
 */
final class DeclaredOrder implements PropertyOrder {
    private final Function<String, Optional<PropertyTable>> tables;

    DeclaredOrder(Function<String, Optional<PropertyTable>> tables) {
        this.tables = tables;
    }

    @Override
    public Comparator<String> ofKlass(String klass) {
        return tables.apply(klass).map(DeclaredOrder::of).orElseGet(() -> AS_STORED.ofKlass(klass));
    }

    @Override
    public Comparator<String> ofGlobals() {
        return of(Globals.TABLE);
    }

    private static Comparator<String> of(PropertyTable table) {
        return Comparator.<String>comparingInt(
                        name -> table.find(name).map(Property::loadStage).orElse(Integer.MAX_VALUE))
                .thenComparing(Comparator.naturalOrder());
    }
}
