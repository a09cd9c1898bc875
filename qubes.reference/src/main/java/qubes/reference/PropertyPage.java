package qubes.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import qubes.core.event.Event;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertyReset;
import qubes.core.event.PropertySet;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Capability;
import qubes.core.vm.ClassHandler;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/** The page of properties: of the system, of what klasses share, and of each klass. */
final class PropertyPage {
    private static final String HEAD =
            """
            # Properties

            Written by the build from the declarations in the code; `admin.vm.property.Help` and `./qvm prefs VM --help-properties`
            tell the same. `./qvm prefs VM --explain` tells where the values of one qube come from.

            A property that is not set has its default, which is worked out at every read. *Once* means that it is set when the qube
            is made and never again; *computed*, that it cannot be set; *not cloned*, that a clone of the qube does not get it.

            Every write fires `property-pre-set:NAME` (a handler may refuse) and `property-set:NAME`, every reset `property-pre-reset:NAME`,
            `property-pre-del:NAME`, `property-reset:NAME` and `property-del:NAME`. The column *handled by* names the classes
            and parts that act on these themselves. See [events](events.md).
            """;

    /** The events of a property that a class may handle: wire prefix to type. */
    private static final Map<String, Class<? extends Event>> EVENTS =
            Map.of(
                    "property-pre-set:", PropertyPreSet.class,
                    "property-set:", PropertySet.class,
                    "property-pre-reset:", PropertyPreReset.class,
                    "property-reset:", PropertyReset.class);

    private PropertyPage() {}

    static String of(List<KlassTraits> klasses) {
        StringBuilder page = new StringBuilder(HEAD);
        section(page, "The system", Globals.TABLE.list(), List.of());
        section(page, "Every qube", BaseVM.TRAITS.properties().list(), BaseVM.TRAITS.lineage());
        List<KlassTraits.Level> managed = QubesVM.TRAITS.lineage();
        section(page, "Managed qubes", ownOf(QubesVM.TRAITS), managed);
        for (Capability<?> part : QubesVM.TRAITS.capabilities()) {
            section(page, "Managed qubes: " + part.name(), part.properties(), managed);
        }
        for (KlassTraits klass : klasses) {
            KlassTraits parent = parent(klass);
            section(
                    page,
                    klass.klass(),
                    beyond(klass.properties(), parent.properties()),
                    klass.lineage());
            page.append("\nBeside these it has all of ")
                    .append(parent == QubesVM.TRAITS ? "managed qubes." : "every qube.")
                    .append('\n');
        }
        return page.toString();
    }

    private static KlassTraits parent(KlassTraits klass) {
        return klass.is(QubesVM.TRAITS.klass()) ? QubesVM.TRAITS : BaseVM.TRAITS;
    }

    /** What a class declares itself: not its ancestors', not its parts'. */
    private static List<Property<?>> ownOf(KlassTraits klass) {
        List<Property<?>> own =
                new ArrayList<>(beyond(klass.properties(), BaseVM.TRAITS.properties()));
        klass.capabilities().forEach(part -> own.removeAll(part.properties()));
        return own;
    }

    private static List<Property<?>> beyond(PropertyTable table, PropertyTable parent) {
        return table.list().stream()
                .filter(property -> parent.find(property.name()).orElse(null) != property)
                .toList();
    }

    private static void section(
            StringBuilder page,
            String title,
            List<Property<?>> properties,
            List<KlassTraits.Level> lineage) {
        MarkdownTable table =
                new MarkdownTable(
                        "name", "type", "default", "allowed", "stage", "handled by", "about");
        for (Property<?> property : properties) {
            table.row(
                    "`" + property.name() + "`",
                    property.type().wireTag(),
                    property.defaultWords().isEmpty() ? "none" : property.defaultWords(),
                    property.allowed(),
                    Integer.toString(property.loadStage()),
                    handlers(property, lineage),
                    property.doc() + remarks(property));
        }
        page.append("\n## ").append(title).append("\n\n").append(table);
    }

    private static String remarks(Property<?> property) {
        List<String> remarks = new ArrayList<>();
        if (property.writeOnce()) {
            remarks.add("once");
        }
        if (property.computed()) {
            remarks.add("computed");
        } else if (!property.clonable()) {
            remarks.add("not cloned");
        }
        return remarks.isEmpty() ? "" : " *(" + String.join(", ", remarks) + ")*";
    }

    private static String handlers(Property<?> property, List<KlassTraits.Level> lineage) {
        return lineage.stream()
                .filter(level -> level.handlers().stream().anyMatch(hears(property)))
                .map(KlassTraits.Level::name)
                .collect(Collectors.joining(", "));
    }

    private static Predicate<ClassHandler<?>> hears(Property<?> property) {
        return handler ->
                EVENTS.entrySet().stream()
                        .anyMatch(
                                event ->
                                        handler.pattern()
                                                .matches(
                                                        event.getValue(),
                                                        event.getKey() + property.name()));
    }
}
