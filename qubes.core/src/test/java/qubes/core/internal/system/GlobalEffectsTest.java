package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
import qubes.core.error.QubesPropertyValueError;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Features;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;

/**
 * What setting a global does to the domains. There are: {@code net} and {@code gate}, explicitly
 * without a netvm and giving network; {@code mold} and {@code form}, disposable templates; {@code
 * cut}, whose netvm is none by default; {@code far}, which has none of these properties; {@code
 * work}, at every default; {@code own}, at none.
 */
class GlobalEffectsTest {
    @TempDir private Path home;

    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        for (String provider : List.of("gate", "net")) {
            BaseVM vm = TestSystem.plain(system, provider);
            vm.set(Network.PROVIDES_NETWORK, true);
            vm.set(Network.NETVM, Optional.empty());
        }
        for (String template : List.of("form", "mold")) {
            BaseVM vm = TestSystem.plain(system, template);
            vm.set(DisposableTemplate.TEMPLATE_FOR_DISPVMS, true);
            vm.set(Network.NETVM, Optional.empty());
            vm.set(QubesVM.DEFAULT_DISPVM, Optional.empty());
        }
        TestSystem.make(system, TestSystem.CUT_OFF, "cut");
        TestSystem.make(system, TestSystem.FAR, "far");
        BaseVM own = TestSystem.plain(system, "own");
        own.set(Network.NETVM, Optional.empty());
        own.set(QubesVM.DEFAULT_DISPVM, Optional.empty());
        TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        system.close();
    }

    /** A change of a global property, and all that listeners hear of it. */
    record Effect(
            String words,
            Property<Optional<DomainName>> global,
            List<String> before,
            String value,
            List<String> heard) {
        @Override
        public String toString() {
            return words;
        }
    }

    static Stream<Effect> effects() {
        return Stream.of(
                new Effect(
                        "default_netvm none -> net: pre-set before, reset (and set where it changes) after",
                        Globals.DEFAULT_NETVM,
                        List.of(),
                        "net",
                        List.of(
                                "property-pre-set:default_netvm new=net old=none",
                                "cut property-pre-set:netvm new=net old=none",
                                "work property-pre-set:netvm new=net old=none",
                                "cut property-reset:netvm old=none",
                                "work property-set:netvm new=net old=none",
                                "work property-reset:netvm old=none",
                                "property-set:default_netvm new=net old=none")),
                new Effect(
                        "default_netvm net -> gate: the old default is the old value",
                        Globals.DEFAULT_NETVM,
                        List.of("net"),
                        "gate",
                        List.of(
                                "property-pre-set:default_netvm new=gate old=net",
                                "cut property-pre-set:netvm new=gate old=net",
                                "work property-pre-set:netvm new=gate old=net",
                                "cut property-set:netvm new=none old=net",
                                "cut property-reset:netvm old=net",
                                "work property-set:netvm new=gate old=net",
                                "work property-reset:netvm old=net",
                                "property-set:default_netvm new=gate old=net")),
                new Effect(
                        "default_netvm net -> none",
                        Globals.DEFAULT_NETVM,
                        List.of("net"),
                        "",
                        List.of(
                                "property-pre-set:default_netvm new=none old=net",
                                "cut property-pre-set:netvm new=none old=net",
                                "work property-pre-set:netvm new=none old=net",
                                "cut property-set:netvm new=none old=net",
                                "cut property-reset:netvm old=net",
                                "work property-set:netvm new=none old=net",
                                "work property-reset:netvm old=net",
                                "property-set:default_netvm new=none old=net")),
                new Effect(
                        "default_netvm reset: domains are not told",
                        Globals.DEFAULT_NETVM,
                        List.of("net"),
                        "<reset>",
                        List.of(
                                "property-pre-reset:default_netvm old=net",
                                "property-pre-del:default_netvm old=net",
                                "property-reset:default_netvm old=net",
                                "property-del:default_netvm old=net")),
                new Effect(
                        "default_dispvm none -> mold: reset on domains at default, dom0 too",
                        Globals.DEFAULT_DISPVM,
                        List.of(),
                        "mold",
                        List.of(
                                "property-pre-set:default_dispvm new=mold old=none",
                                "dom0 property-reset:default_dispvm old=none",
                                "cut property-reset:default_dispvm old=none",
                                "gate property-reset:default_dispvm old=none",
                                "net property-reset:default_dispvm old=none",
                                "work property-reset:default_dispvm old=none",
                                "property-set:default_dispvm new=mold old=none")),
                new Effect(
                        "default_dispvm reset: reset on domains at default, dom0 too",
                        Globals.DEFAULT_DISPVM,
                        List.of("mold"),
                        "<reset>",
                        List.of(
                                "property-pre-reset:default_dispvm old=mold",
                                "property-pre-del:default_dispvm old=mold",
                                "dom0 property-reset:default_dispvm old=mold",
                                "cut property-reset:default_dispvm old=mold",
                                "gate property-reset:default_dispvm old=mold",
                                "net property-reset:default_dispvm old=mold",
                                "work property-reset:default_dispvm old=mold",
                                "property-reset:default_dispvm old=mold",
                                "property-del:default_dispvm old=mold")),
                new Effect(
                        "clockvm none -> net: net gets service.clocksync",
                        Globals.CLOCKVM,
                        List.of(),
                        "net",
                        List.of(
                                "property-pre-set:clockvm new=net old=none",
                                "net domain-feature-pre-set:service.clocksync =1",
                                "net domain-feature-set:service.clocksync =1",
                                "property-set:clockvm new=net old=none")),
                new Effect(
                        "clockvm net -> gate: gate gets service.clocksync, net loses it",
                        Globals.CLOCKVM,
                        List.of("net"),
                        "gate",
                        List.of(
                                "property-pre-set:clockvm new=gate old=net",
                                "gate domain-feature-pre-set:service.clocksync =1",
                                "gate domain-feature-set:service.clocksync =1",
                                "net domain-feature-pre-delete:service.clocksync",
                                "net domain-feature-delete:service.clocksync",
                                "property-set:clockvm new=gate old=net")),
                new Effect(
                        "clockvm net -> net: nothing more",
                        Globals.CLOCKVM,
                        List.of("net"),
                        "net",
                        List.of(
                                "property-pre-set:clockvm new=net old=net",
                                "property-set:clockvm new=net old=net")),
                new Effect(
                        "clockvm net -> none: net loses service.clocksync",
                        Globals.CLOCKVM,
                        List.of("net"),
                        "",
                        List.of(
                                "property-pre-set:clockvm new=none old=net",
                                "net domain-feature-pre-delete:service.clocksync",
                                "net domain-feature-delete:service.clocksync",
                                "property-set:clockvm new=none old=net")),
                new Effect(
                        "updatevm none -> net: nobody else is concerned",
                        Globals.UPDATEVM,
                        List.of(),
                        "net",
                        List.of(
                                "property-pre-set:updatevm new=net old=none",
                                "property-set:updatevm new=net old=none")),
                new Effect(
                        "management_dispvm none -> mold: nobody else is concerned",
                        Globals.MANAGEMENT_DISPVM,
                        List.of(),
                        "mold",
                        List.of(
                                "property-pre-set:management_dispvm new=mold old=none",
                                "property-set:management_dispvm new=mold old=none")));
    }

    @ParameterizedTest
    @MethodSource("effects")
    @DisplayName("A change of a global is told to the domains it concerns, in this order")
    void globalsReachDomains(Effect effect) throws Exception {
        effect.before().forEach(value -> assign(effect.global(), value));
        assertEquals(
                effect.heard(),
                TestSystem.heard(
                        system, () -> assign(effect.global(), effect.value()), Heard::line));
    }

    private void assign(Property<Optional<DomainName>> global, String value) {
        if (value.equals("<reset>")) {
            system.reset(global);
        } else {
            system.set(global, global.type().parse(value));
        }
    }

    @Test
    @DisplayName("a clockvm that has said no to service.clocksync keeps its word, as old one too")
    void clockServiceIsNotForced() {
        Features features = system.domain(new DomainName("net")).features();
        features.set("service.clocksync", "");
        assign(Globals.CLOCKVM, "net");
        assertEquals("", features.get("service.clocksync"));
        assign(Globals.CLOCKVM, "gate");
        assertEquals("", features.get("service.clocksync"));
    }

    @Test
    @DisplayName("a reset of clockvm leaves the service where it is")
    void clockResetLeavesService() {
        assign(Globals.CLOCKVM, "net");
        assign(Globals.CLOCKVM, "<reset>");
        assertTrue(system.domain(new DomainName("net")).features().isTrue("service.clocksync"));
    }

    @ParameterizedTest(name = "default_netvm = {0}")
    @ValueSource(strings = {"work", "cut"})
    @DisplayName("no domain becomes default_netvm whose own netvm is at default")
    void refusesDefaultLoop(String name) {
        system.domain(new DomainName(name)).set(Network.PROVIDES_NETWORK, true);
        assertThrows(QubesPropertyValueError.class, () -> assign(Globals.DEFAULT_NETVM, name));
        assertTrue(system.isDefault(Globals.DEFAULT_NETVM));
    }

    @Test
    @DisplayName("no domain becomes default_netvm that gets its network from one at default")
    void refusesDefaultLoopFurtherUp() {
        BaseVM work = system.domain(new DomainName("work"));
        work.set(Network.PROVIDES_NETWORK, true);
        system.domain(new DomainName("net")).set(Network.NETVM, Optional.of(work.name()));
        assertThrows(QubesPropertyValueError.class, () -> assign(Globals.DEFAULT_NETVM, "net"));
    }

    @Test
    @DisplayName("default_netvm need not provide network")
    void defaultNetvmNeedNotProvide() {
        assign(Globals.DEFAULT_NETVM, "own");
        assertEquals(
                Optional.of(new DomainName("own")),
                system.domain(new DomainName("work")).get(Network.NETVM));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"default_dispvm", "management_dispvm"})
    @DisplayName("a default disposable template must be one")
    void refusesUnflagged(String property) {
        Property<Optional<DomainName>> global =
                property.equals("default_dispvm")
                        ? Globals.DEFAULT_DISPVM
                        : Globals.MANAGEMENT_DISPVM;
        assertThrows(QubesPropertyValueError.class, () -> assign(global, "work"));
        assertThrows(QubesPropertyValueError.class, () -> assign(global, "nowhere"));
        assertThrows(QubesPropertyValueError.class, () -> assign(global, "far"));
    }

    @Test
    @DisplayName(
            "default_kernel: not installed, or without vmlinuz, is refused after the pre-event")
    void refusesMissingKernel() throws Exception {
        Files.createDirectories(home.resolve("vm-kernels").resolve("empty"));
        for (String kernel : List.of("missing", "empty", "a/b")) {
            assertEquals(
                    List.of("property-pre-set:default_kernel new=" + kernel),
                    TestSystem.heard(
                            system,
                            () ->
                                    assertThrows(
                                            QubesPropertyValueError.class,
                                            () -> system.set(Globals.DEFAULT_KERNEL, kernel)),
                            Heard::line));
        }
        Files.createFile(home.resolve("vm-kernels").resolve("empty").resolve("vmlinuz"));
        system.set(Globals.DEFAULT_KERNEL, "empty");
        system.set(Globals.DEFAULT_KERNEL, "");
        assertEquals("", system.get(Globals.DEFAULT_KERNEL));
    }

    @ParameterizedTest(name = "check_updates_vm = {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("new managed domains get check-updates off while check_updates_vm is false")
    void checkUpdates(boolean check) throws QubesException {
        system.set(Globals.CHECK_UPDATES_VM, check);
        Features made = TestSystem.plain(system, "new").features();
        assertEquals(check ? null : "", made.get("check-updates"));
        Features far = TestSystem.make(system, TestSystem.FAR, "farther").features();
        assertEquals(null, far.get("check-updates"), "one that is not managed here has none");
    }
}
