package qubes.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits;
import qubes.core.property.Property;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.vm.appvm.AppVM;

/** The pages that the build writes. */
class ReferenceTest {
    private static final Path ROOT = Path.of("..");
    private static final Path SOURCES = Path.of("../qubes.core/src/main/java/qubes/core/event");

    static Stream<Property<?>> everyProperty() {
        return Stream.concat(
                        Globals.TABLE.list().stream(),
                        Reference.KLASSES.stream()
                                .map(KlassTraits::properties)
                                .flatMap(table -> table.list().stream()))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("everyProperty")
    @DisplayName(
            "every property is in the page, and says in words what it is for and what it takes")
    void tellsOfProperty(Property<?> property) {
        assertTrue(property.doc().matches("[A-Z].*\\."), property.doc());
        assertTrue(
                PropertyPage.of(Reference.KLASSES).contains("\n| `" + property.name() + "` | "),
                property.name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    memory      | 1 or more
                    maxmem      | 0 or more
                    netvm       | the name of a qube with provides_network, or none, so that no loop comes about
                    virt_mode   | hvm, pvh or pv; not pvh with PCI devices
                    kernelopts  | at most 512 characters
                    debug       | True or False
                    label       | the name of a label, or its index
                    xid         | nothing, it is computed
                    """)
    @DisplayName("what is allowed is told in words, a rule's or the type's")
    void tellsWhatIsAllowed(String property, String allowed) {
        assertEquals(allowed, AppVM.TRAITS.property(property).orElseThrow().allowed());
    }

    @ParameterizedTest
    @CsvSource({"Every qube", "Managed qubes", "Managed qubes: NetVMMixin", "AdminVM", "DispVM"})
    @DisplayName("the page has a section for what is shared and for each klass")
    void hasSection(String title) {
        assertTrue(PropertyPage.of(Reference.KLASSES).contains("\n## " + title + "\n"), title);
    }

    @Test
    @DisplayName("a row tells name, type, default, what is allowed, stage, handlers and purpose")
    void showsRow() {
        assertTrue(
                PropertyPage.of(Reference.KLASSES)
                        .contains(
                                "\n| `netvm` | vm | the system's default_netvm | the name of a qube"),
                PropertyPage.of(Reference.KLASSES));
    }

    @Test
    @DisplayName("every event is in the page with its wire name and arguments, and says what it is")
    void tellsOfEvents() throws IOException {
        List<EventSources.Source> sources = EventSources.in(SOURCES);
        assertFalse(sources.isEmpty());
        String page = EventPage.of(SOURCES);
        for (EventSources.Source source : sources) {
            assertTrue(source.about().matches("(?s)[A-Z].*\\."), source.type() + source.about());
            assertTrue(page.contains("| `" + Sample.of(source.type()).wireName() + "` |"), page);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    | `property-pre-set:NAME` | name, newvalue, oldvalue | before |
                    | `domain-feature-set:FEATURE` | feature, value, oldvalue |  |
                    | `domain-pre-start` | start_guid, mem_required | before |
                    | `domain-add` | vm |  |
                    """)
    @DisplayName("what varies in a name is in capitals, and the arguments are those of the wire")
    void showsEvent(String row) throws IOException {
        assertTrue(EventPage.of(SOURCES).contains(row), row);
    }

    static List<MethodSources.Source> everyMethod() throws IOException {
        return MethodSources.in(ROOT);
    }

    @ParameterizedTest
    @MethodSource("everyMethod")
    @DisplayName("every method is in the page, and says in words what it is for")
    void tellsOfMethod(MethodSources.Source method) throws IOException {
        assertTrue(method.about().matches("[A-Z].*[.:;].*|[A-Z].*\\."), method.about());
        assertTrue(
                MethodPage.of(everyMethod()).contains("\n| `" + method.name() + "` | "),
                method.name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    | `admin.vm.tag.Set` | any | must |  | local-rwx | admin | brief |
                    | `admin.property.List` | dom0 |  |  | global-ro | admin | instant |
                    """)
    @DisplayName("a method's row tells what it takes, who grants it, where and how quickly")
    void showsMethod(String row) throws IOException {
        assertTrue(MethodPage.of(everyMethod()).contains(row), row);
    }

    @Test
    @DisplayName("the policy has a line for each method and member of a family, but for a new dom0")
    void writesPolicy() throws IOException {
        String policy = AdminPolicy.of(everyMethod(), Reference.KLASSES);
        for (MethodSources.Source method : everyMethod()) {
            assertEquals(
                    method.traits().socket() == AdminSocket.ADMIN,
                    policy.contains("!include-service " + method.name().split("\\*")[0]),
                    method.name());
        }
        assertTrue(
                policy.contains(
                        "!include-service admin.vm.Create.AppVM * include/admin-global-rwx\n"));
        assertTrue(policy.contains("!include-service admin.vm.tag.Get * include/admin-local-ro\n"));
        assertTrue(
                policy.contains(
                        "!include-service admin.vm.volume.Import * include/admin-local-rwx\n"));
        assertFalse(policy.contains(".AdminVM "), policy);
        assertFalse(policy.contains("internal."), policy);
    }

    @Test
    @DisplayName("methods for a class of devices get a line for each class")
    void writesDeviceClasses() {
        MethodSources.Source attach =
                new MethodSources.Source(
                        "admin.vm.device.*.Attach",
                        MethodTraits.execute(MethodTraits.Scope.LOCAL),
                        "",
                        "",
                        "");
        String policy = AdminPolicy.of(List.of(attach), Reference.KLASSES);
        for (String each : List.of("block", "mic", "pci", "usb", "webcam")) {
            assertTrue(
                    policy.contains(
                            "!include-service admin.vm.device."
                                    + each
                                    + ".Attach * include/admin-local-rwx\n"));
        }
    }

    @Test
    @DisplayName("a table keeps its columns whatever is in the cells")
    void escapesBars() {
        assertEquals(
                "| a | b |\n|---|---|\n| x\\|y | z |\n",
                new MarkdownTable("a", "b").row("x|y", "z").toString());
    }
}
