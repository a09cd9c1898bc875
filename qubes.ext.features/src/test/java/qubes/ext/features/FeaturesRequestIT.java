package qubes.ext.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.event.FeaturesRequest;
import qubes.core.vm.BaseVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

/** What becomes of what a qube says (spec qubesdb-services-extensions §7). */
class FeaturesRequestIT {
    private static QubesFixture system;
    private static BaseVM template;
    private static int count;

    @BeforeAll
    static void start() {
        system =
                QubesFixture.with(
                        "qubes.vm.standalonevm",
                        "qubes.vm.templatevm",
                        "qubes.vm.appvm",
                        "qubes.ext.features");
        template = Domains.create(system.qubes(), "TemplateVM", "fedora", "kernel=");
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static BaseVM make(String klass) {
        return klass.equals("AppVM")
                ? Domains.create(
                        system.qubes(), klass, "vm" + count++, "template=fedora", "kernel=")
                : Domains.create(system.qubes(), klass, "vm" + count++, "kernel=");
    }

    /** {@code key=value} each; a blank stands between them. */
    private static Map<String, String> parse(String features) {
        Map<String, String> parsed = new LinkedHashMap<>();
        for (String one : features == null ? new String[0] : features.split(" ")) {
            String[] parts = one.split("=", 2);
            parsed.put(parts[0], parts[1].replace('_', ' '));
        }
        return parsed;
    }

    private static String show(Map<String, String> features) {
        return features.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().replace(' ', '_'))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest(name = "had {0} | asks {1} | has {2}")
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            nullValues = "-",
            value = {
                "- | gui=0 qrexec=0 vmexec=0 | qrexec= gui= vmexec=",
                "- | qrexec=1 gui-emulated=1 vmexec=1 qubes-firewall=1 | qrexec=1 gui-emulated=1 qubes-firewall=1 vmexec=1",
                "qrexec=1 gui=1 | qrexec=0 gui=0 vmexec=0 | qrexec=1 gui=1 vmexec=",
                "qrexec= vmexec=1 | qrexec=1 vmexec=0 | qrexec= vmexec=",
                "- | qrexec=yes gui=2 vmexec=True qubes-firewall= | ''",
                "- | default-user=user unknown=1 | ''",
                "- | qubes-agent-version=4.1 | qubes-agent-version=4.1",
                "- | qubes-agent-version=4 | ''",
                "- | qubes-agent-version=4.1.1 | ''",
                "- | qubes-agent-version=notnumeric | ''",
                "- | qubes-agent-version=40000000 | ''",
                "qubes-agent-version=4.1 | qubes-agent-version=4.10000 | qubes-agent-version=4.1",
                "- | os-version=12.3-4 os-eol=2027-06-01 | os-version=12.3-4 os-eol=2027-06-01",
                "- | os-version=123aaa os-eol=20270601 | ''",
                "- | os-version=a123 os-eol=2027-06-40 | ''",
                "- | os-version=.1 os-eol=2027-02-29 | ''",
                "- | os-eol=0000-01-01 | ''",
                "- | os-eol=2028-02-29 | os-eol=2028-02-29",
                "- | os= os-distribution= os-distribution-like= os-version= os-eol= | ''",
                "- | os-distribution=debian os-distribution-like=a_b | os-distribution=debian os-distribution-like=a_b",
                "- | anon-timezone=1 | anon-timezone=1",
                "- | anon-timezone=0 | ''",
                "anon-timezone=1 | anon-timezone=0 | anon-timezone=1",
            })
    @DisplayName("What the agent says of its system and itself")
    void agent(String had, String asked, String has) {
        assertResult("StandaloneVM", had, asked, has);
    }

    @ParameterizedTest(name = "had {0} | asks {1} | has {2}")
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            nullValues = "-",
            value = {
                "- | boot-mode.kernelopts.a=x boot-mode.name.a=A boot-mode.default-user.a=u | boot-mode.kernelopts.a=x boot-mode.name.a=A boot-mode.default-user.a=u",
                "- | boot-mode.name.a=A boot-mode.kernelopts.a=x | boot-mode.kernelopts.a=x boot-mode.name.a=A",
                "boot-mode.kernelopts.old=y boot-mode.name.old=Old boot-mode.default-user.old=u | boot-mode.kernelopts.a=x | boot-mode.kernelopts.a=x",
                "boot-mode.kernelopts.a=y boot-mode.name.a=A | boot-mode.kernelopts.a=x | boot-mode.kernelopts.a=x",
                "boot-mode.kernelopts.a=y | os-version=1 | boot-mode.kernelopts.a=y os-version=1",
                "- | boot-mode.kernelopts.vmreq.two=x | ''",
                "- | boot-mode.kernelopts.=x | ''",
                "- | boot-mode.kernelopts.default=x | ''",
                "- | boot-mode.name.default=D | boot-mode.name.default=D",
                "- | boot-mode.default-user.default=u | ''",
                "- | boot-mode.kernelopts.a=x boot-mode.default-user.b=u boot-mode.name.b=B | boot-mode.kernelopts.a=x",
                "boot-mode.kernelopts.old=y | boot-mode.kernelopts.a=x boot-mode.kernelopts.b=x boot-mode.name.a=N boot-mode.name.b=N | boot-mode.kernelopts.old=y",
                "- | boot-mode.kernelopts.a=x boot-mode.active=a | boot-mode.kernelopts.a=x boot-mode.active=a",
                "- | boot-mode.active=default boot-mode.standalone-default=default | boot-mode.active=default boot-mode.standalone-default=default",
                "- | boot-mode.active=a boot-mode.standalone-default=a | ''",
                "boot-mode.kernelopts.a=x | boot-mode.standalone-default=a | boot-mode.kernelopts.a=x boot-mode.standalone-default=a",
                "- | boot-mode.appvm-default=default | ''",
            })
    @DisplayName("The modes of booting are taken together, and those to use must be among them")
    void bootModes(String had, String asked, String has) {
        assertResult("StandaloneVM", had, asked, has);
    }

    @Test
    @DisplayName("only templates say how their qubes boot; more than 64 modes are too many")
    void templatesBootModes() {
        BaseVM vm = make("TemplateVM");
        vm.fire(
                new FeaturesRequest(
                        vm, parse("boot-mode.kernelopts.a=x boot-mode.appvm-default=a")));
        assertEquals("a", vm.features().get("boot-mode.appvm-default"));
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 64; i++) {
            many.put("boot-mode.kernelopts.m" + i, "x");
        }
        vm.fire(new FeaturesRequest(vm, many));
        assertTrue(vm.features().containsKey("boot-mode.kernelopts.m63"));
        many.put("boot-mode.kernelopts.m64", "x");
        vm.fire(new FeaturesRequest(vm, many));
        assertEquals(null, vm.features().get("boot-mode.kernelopts.m64"));
    }

    @ParameterizedTest(name = "{0}: had {1} | asks {2} | has {3}")
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            nullValues = "-",
            value = {
                "StandaloneVM | - | supported-service.a=1 supported-feature.b=1 supported-rpc.c=1 | supported-service.a=1 supported-feature.b=1 supported-rpc.c=1",
                "StandaloneVM | supported-service.test1=1 | supported-service.test2=1 | supported-service.test2=1",
                "StandaloneVM | supported-service.test1=1 | supported-feature.x=1 | supported-service.test1=1 supported-feature.x=1",
                "StandaloneVM | supported-service.test1=1 | supported-service.test2=0 | supported-service.test1=1",
                "StandaloneVM | supported-service.a= supported-service.b=1 | supported-service.a=1 | supported-service.a=1",
                "StandaloneVM | supported-service.old= | supported-service.a=1 | supported-service.old= supported-service.a=1",
                "StandaloneVM | - | supported-service.apparmor=1 | supported-service.apparmor=1 apparmor=1",
                "StandaloneVM | apparmor= | supported-service.apparmor=1 | apparmor= supported-service.apparmor=1",
                "StandaloneVM | supported-service.apparmor=1 | supported-service.apparmor=1 | supported-service.apparmor=1",
                "StandaloneVM | supported-service.apparmor=1 apparmor=1 | supported-service.a=1 | supported-service.a=1",
                "StandaloneVM | supported-service.apparmor=1 apparmor=yes | supported-service.a=1 | apparmor=yes supported-service.a=1",
                "AppVM | - | supported-service.a=1 supported-feature.b=1 supported-rpc.c=1 | supported-rpc.c=1",
                "AppVM | - | qrexec=1 gui=1 os=Linux os-version=1 | ''",
            })
    @DisplayName("What is supported is what was said last, of each kind that was spoken of")
    void advertised(String klass, String had, String asked, String has) {
        assertResult(klass, had, asked, has);
    }

    private static void assertResult(String klass, String had, String asked, String has) {
        BaseVM vm = make(klass);
        parse(had).forEach(vm.features()::set);
        vm.fire(new FeaturesRequest(vm, parse(asked)));
        assertEquals(has, show(vm.features()));
    }

    @Test
    @DisplayName(
            "a template that has an agent for the first time is complete now, and that is told once")
    void postinstall() throws Exception {
        FeaturesRequest request = new FeaturesRequest(template, Map.of("qrexec", "1"));
        assertEquals(
                List.of(
                        "fedora domain-feature-pre-set:qrexec",
                        "fedora domain-feature-set:qrexec",
                        "fedora template-postinstall",
                        "fedora features-request"),
                Domains.heard(system.qubes(), () -> template.fire(request)));
        assertEquals(
                List.of("fedora features-request"),
                Domains.heard(system.qubes(), () -> template.fire(request)));
    }

    @Test
    @DisplayName("Windows with an agent gets what it needs, and keeps what it has")
    void windows() {
        BaseVM vm = make("StandaloneVM");
        vm.features().set("audio-model", "ich9");
        vm.fire(new FeaturesRequest(vm, parse("os=Windows")));
        assertEquals("audio-model=ich9 os=Windows", show(vm.features()));
        vm.fire(new FeaturesRequest(vm, parse("os=Windows qrexec=1")));
        List<String> expected =
                new ArrayList<>(
                        List.of(
                                "audio-model=ich9",
                                "no-monitor-layout=1",
                                "os=Windows",
                                "qrexec=1",
                                "rpc-clipboard=1",
                                "stubdom-qrexec=1",
                                "timezone=localtime"));
        assertEquals(expected, List.of(show(vm.features()).split(" ")).stream().sorted().toList());
        assertEquals("0", Domains.value(vm, "maxmem"));
        assertEquals("6000", Domains.value(vm, "qrexec_timeout"));
        BaseVM other = make("StandaloneVM");
        other.fire(new FeaturesRequest(other, parse("os=TempleOS qrexec=0")));
        assertEquals("qrexec=", show(other.features()));
    }

    @Test
    @DisplayName("without the bundle nothing is taken")
    void unloads() throws Exception {
        BaseVM vm = make("StandaloneVM");
        system.felix().bundle("qubes.ext.features").stop();
        vm.fire(new FeaturesRequest(vm, Map.of("qrexec", "1")));
        assertEquals("", show(vm.features()));
        system.felix().bundle("qubes.ext.features").start();
        vm.fire(new FeaturesRequest(vm, Map.of("qrexec", "1")));
        assertEquals("qrexec=1", show(vm.features()));
    }
}
