package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.Membership;
import qubes.core.event.TagAdd;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.NewDomain;
import qubes.core.vm.QubesVM;

/** What keeps {@code used} from being removed. */
class RemovalTest {
    private static final DomainName USED = new DomainName("used");

    /** A disposable that says of itself whether it waits: by its feature {@code waits}. */
    private static final TestSystem.Klass WAITING =
            new TestSystem.Klass(
                    QubesVM.TRAITS
                            .extend("WaitingVM")
                            .declare(
                                    TestSystem.TEMPLATE,
                                    Property.of(BaseVM.class, "is_preload", PropertyType.BOOL)
                                            .computed("waits", vm -> vm.features().isTrue("waits"))
                                            .define())
                            .define());

    @TempDir private Path home;

    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        TestSystem.addFactory(system, WAITING);
        BaseVM used = TestSystem.plain(system, "used");
        used.set(DisposableTemplate.TEMPLATE_FOR_DISPVMS, true);
        used.set(Network.PROVIDES_NETWORK, true);
        used.set(Network.NETVM, Optional.empty());
        used.set(QubesVM.DEFAULT_DISPVM, Optional.of(USED));
        TestSystem.plain(system, "other");
    }

    @AfterEach
    void close() {
        system.close();
    }

    /** Who uses it how, and whether that counts. */
    record Use(String words, boolean counts, Consumer<QubesSystem> begin) {
        @Override
        public String toString() {
            return words + " | " + (counts ? "QubesVMInUseError" : "allowed");
        }
    }

    static Stream<Use> uses() {
        List<Use> all = new ArrayList<>();
        all.add(new Use("nobody but itself", false, system -> {}));
        for (Property<Optional<DomainName>> global :
                List.of(
                        Globals.CLOCKVM,
                        Globals.DEFAULT_AUDIOVM,
                        Globals.DEFAULT_DISPVM,
                        Globals.DEFAULT_GUIVM,
                        Globals.DEFAULT_NETVM,
                        Globals.MANAGEMENT_DISPVM,
                        Globals.UPDATEVM)) {
            all.add(
                    new Use(
                            "the system's " + global,
                            true,
                            system -> system.set(global, Optional.of(USED))));
        }
        for (Property<Optional<DomainName>> property :
                List.of(
                        Network.NETVM,
                        QubesVM.AUDIOVM,
                        QubesVM.DEFAULT_DISPVM,
                        QubesVM.GUIVM,
                        QubesVM.MANAGEMENT_DISPVM)) {
            all.add(
                    new Use(
                            "another's " + property,
                            true,
                            system -> other(system).set(property, Optional.of(USED))));
        }
        all.add(
                new Use(
                        "another's template",
                        true,
                        system -> TestSystem.derived(system, "child", "used")));
        all.add(
                new Use(
                        "dom0's default_dispvm",
                        true,
                        system -> system.admin().set(QubesVM.DEFAULT_DISPVM, Optional.of(USED))));
        all.add(
                new Use(
                        "a preloaded disposable's template",
                        false,
                        system -> waiting(system, "1")));
        all.add(
                new Use(
                        "a preloaded disposable's default_dispvm",
                        false,
                        system ->
                                waiting(system, "1")
                                        .set(QubesVM.DEFAULT_DISPVM, Optional.of(USED))));
        all.add(
                new Use(
                        "a preloaded disposable's management_dispvm",
                        false,
                        system ->
                                waiting(system, "1")
                                        .set(QubesVM.MANAGEMENT_DISPVM, Optional.of(USED))));
        all.add(
                new Use(
                        "a preloaded disposable's netvm",
                        true,
                        system -> waiting(system, "1").set(Network.NETVM, Optional.of(USED))));
        all.add(
                new Use(
                        "the template of a disposable in use",
                        true,
                        system -> waiting(system, "")));
        all.add(
                new Use(
                        "the default_dispvm of another template's preloaded disposable",
                        true,
                        system -> {
                            BaseVM waiting = waiting(system, "1");
                            waiting.set(TestSystem.TEMPLATE, new DomainName("other"));
                            waiting.set(QubesVM.DEFAULT_DISPVM, Optional.of(USED));
                        }));
        for (String mode : List.of("required", "auto-attach", "ask-to-attach")) {
            all.add(
                    new Use(
                            "a device of it assigned, " + mode,
                            true,
                            system -> assign(system, "other", "used", mode)));
        }
        all.add(
                new Use(
                        "a device assigned to dom0",
                        true,
                        system -> assign(system, "dom0", "used", "required")));
        all.add(
                new Use(
                        "a device of its own assigned to itself",
                        false,
                        system -> assign(system, "used", "used", "required")));
        all.add(
                new Use(
                        "a device of any domain",
                        false,
                        system -> assign(system, "other", "*", "required")));
        all.add(
                new Use(
                        "a domain whose klass is away",
                        true,
                        system -> {
                            TestSystem.derived(system, "child", "used");
                            system.unbindFactory(TestSystem.DERIVED);
                        }));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("uses")
    @DisplayName("a domain that is used is not removed")
    void usedIsNotRemoved(Use use) {
        use.begin().accept(system);
        BaseVM used = system.domain(USED);
        if (use.counts()) {
            assertThrows(QubesVMInUseError.class, () -> system.remove(used));
            assertEquals(Optional.of(used), system.find(USED));
        } else {
            system.remove(used);
            assertEquals(Optional.empty(), system.find(USED));
        }
    }

    @Test
    @DisplayName("what the removal of a used domain makes listeners hear is the question only")
    void refusalIsHeardAfterTheQuestion() throws Exception {
        TestSystem.derived(system, "child", "used");
        assertEquals(
                List.of("domain-pre-delete"),
                TestSystem.heard(
                        system,
                        () ->
                                assertThrows(
                                        QubesVMInUseError.class,
                                        () -> system.remove(system.domain(USED)))));
    }

    @Test
    @DisplayName("a removal is asked for, done, and told")
    void removalIsTold() throws Exception {
        assertEquals(
                List.of("domain-pre-delete", "domain-delete"),
                TestSystem.heard(system, () -> system.remove(system.domain(USED))));
    }

    @Test
    @DisplayName("an extension may refuse a removal; nothing has happened then")
    void extensionRefuses() {
        Extension strict =
                on ->
                        on.forApplication()
                                .before(
                                        Membership.DomainPreDelete.class,
                                        event -> {
                                            throw new QubesException("keep it");
                                        });
        TestSystem.extend(system, strict);
        QubesException refusal =
                assertThrows(QubesException.class, () -> system.remove(system.domain(USED)));
        assertEquals("keep it", refusal.getMessage());
        assertEquals(USED, system.domain(USED).name());
    }

    @Test
    @DisplayName("a domain that is gone cannot be removed, although another has its name now")
    void goneIsGone() {
        BaseVM first = system.domain(USED);
        system.remove(first);
        assertThrows(QubesVMNotFoundError.class, () -> system.remove(first));
        TestSystem.plain(system, "used");
        assertThrows(QubesVMNotFoundError.class, () -> system.remove(first));
        assertEquals(USED, system.domain(USED).name());
    }

    @Test
    @DisplayName("a RemoteVM-like domain has no guest to be halted, and goes")
    void farDomainGoes() {
        BaseVM far = TestSystem.make(system, TestSystem.FAR, "far");
        system.remove(far);
        assertEquals(Optional.empty(), system.find(new DomainName("far")));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"default_guivm", "default_netvm", "clockvm", "updatevm", "default_template"})
    @DisplayName("a global that still names a domain once it is gone goes back to its default")
    void globalsForget(String name) throws Exception {
        keep(name);
        Property<?> global = Globals.TABLE.find(name).orElseThrow();
        BaseVM used = system.domain(USED);
        assertEquals(
                List.of(
                        "property-pre-reset:" + name,
                        "property-pre-del:" + name,
                        "property-reset:" + name,
                        "property-del:" + name,
                        "domain-delete"),
                TestSystem.heard(
                        system, () -> system.fire(new Membership.DomainDelete(system, used))));
        assertEquals(true, system.isDefault(global));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"default_audiovm", "default_dispvm", "management_dispvm"})
    @DisplayName("other globals keep their word")
    void otherGlobalsStay(String name) throws Exception {
        keep(name);
        BaseVM used = system.domain(USED);
        assertEquals(
                List.of("domain-delete"),
                TestSystem.heard(
                        system, () -> system.fire(new Membership.DomainDelete(system, used))));
    }

    @Test
    @DisplayName("handlers of a single domain end with it")
    void handlersEnd() throws Exception {
        List<String> heard = new ArrayList<>();
        BaseVM used = system.domain(USED);
        system.handle(used, EventPattern.of(Event.class), event -> heard.add("heard"));
        system.remove(used);
        heard.clear();
        used.fire(new TagAdd(used, "x"));
        assertEquals(List.of(), heard);
        assertThrows(
                QubesVMNotFoundError.class,
                () ->
                        system.handle(
                                used, EventPattern.of(Event.class), event -> heard.add("heard")));
    }

    private void keep(String global) {
        TestSystem.keep(
                system, state -> state.withGlobal(global, Optional.of(StoredValue.ofText("used"))));
    }

    private static BaseVM other(QubesSystem system) {
        return system.domain(new DomainName("other"));
    }

    private static BaseVM waiting(QubesSystem system, String waits) {
        BaseVM vm =
                system.create(
                        NewDomain.of("WaitingVM", new DomainName("disp1"))
                                .with(TestSystem.TEMPLATE, USED));
        vm.features().set("waits", waits);
        return vm;
    }

    private static void assign(QubesSystem system, String to, String from, String mode) {
        AssignmentRecord device =
                new AssignmentRecord(
                        "block",
                        Map.of("backend-domain", from, "id", "sda", "mode", mode),
                        Map.of());
        DomainRecord changed =
                system.domain(new DomainName(to)).record().withAssignments(List.of(device));
        TestSystem.keep(system, state -> state.withChanged(changed));
    }
}
