package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.heard;
import static qubes.testkit.Domains.named;
import static qubes.testkit.Domains.reset;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;
import static qubes.testkit.Domains.volume;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesValueError;
import qubes.core.event.CloneProperties;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.firewall.Rule;
import qubes.core.property.Property;
import qubes.core.state.PoolRecord;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;
import qubes.testkit.QubesFixture;

class DisposableVMRulesIT {
    private QubesFixture system;
    private Qubes qubes;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm", "qubes.vm.dispvm");
        qubes = system.qubes();
        create(qubes, "TemplateVM", "tiny", "kernel=");
        create(
                qubes,
                "AppVM",
                "dvm",
                "template=tiny",
                "template_for_dispvms=True",
                "label=orange",
                "memory=300");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("one without a name is named by its number, and the number gives its address")
    void unnamed() {
        BaseVM disposable = unnamed("dvm");
        int id = Integer.parseInt(value(disposable, "dispid"));
        assertTrue(id >= 0 && id < 10_000, "dispid " + id);
        assertEquals("disp" + id, disposable.subjectName());
        assertEquals("DispVM", disposable.klass());
        create(qubes, "AppVM", "net", "template=tiny", "provides_network=True");
        set(disposable, "netvm=net");
        assertTrue(value(disposable, "ip").startsWith("10.138."), value(disposable, "ip"));
    }

    @Test
    @DisplayName("a named one has a number too, which cannot change, and stays after shutdown")
    void namedOne() {
        QubesVM named = (QubesVM) create(qubes, "DispVM", "named", "template=dvm");
        assertFalse(value(named, "dispid").isEmpty());
        assertThrows(IllegalStateException.class, () -> set(named, "dispid=7"));
        assertEquals("False", value(named, "auto_cleanup"));
        assertEquals("True", value(named, "include_in_backups"));
        named.start();
        named.shutdown(false, true);
        assertTrue(qubes.find(named.name()).isPresent());
    }

    @Test
    @DisplayName("it can be asked for by the name of its class")
    void alias() {
        BaseVM vm =
                qubes.create(
                        NewDomain.of("DisposableVM", new DomainName("alias"))
                                .with(template("DispVM"), new DomainName("dvm")));
        assertEquals("DispVM", vm.klass());
    }

    @Test
    @DisplayName(
            "its template must have template_for_dispvms; by default it is the system's default_dispvm")
    void whatCanBeTheTemplate() {
        create(qubes, "AppVM", "work", "template=tiny");
        assertThrows(QubesValueError.class, () -> create(qubes, "DispVM", "bad", "template=work"));
        assertThrows(QubesValueError.class, () -> create(qubes, "DispVM", "bad", "template=tiny"));
        assertThrows(QubesValueError.class, () -> create(qubes, "DispVM", "bad"));
        qubes.set(Globals.DEFAULT_DISPVM, Optional.of(new DomainName("dvm")));
        BaseVM good = create(qubes, "DispVM", "good");
        assertEquals("dvm", value(good, "template"));
        assertThrows(QubesPropertyValueError.class, () -> set(good, "template=work"));
        assertThrows(QubesValueError.class, () -> reset(good, "template"));
        assertEquals(Optional.empty(), qubes.find(new DomainName("bad")));
    }

    @Test
    @DisplayName(
            "it takes after its template: explicit values, features and tags, where it has none itself")
    void takesAfterTemplate() {
        BaseVM dvm = named(qubes, "dvm");
        dvm.features().set("gui", "1");
        dvm.features().set("preload-dispvm-delay", "2");
        dvm.tags().add("audited");
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm", "label=blue");
        assertEquals("300", value(disposable, "memory"));
        assertFalse(disposable.isDefault(QubesVM.MEMORY));
        assertTrue(disposable.isDefault(QubesVM.VCPUS));
        assertEquals("blue", value(disposable, "label"));
        assertEquals("orange", value(unnamed("dvm"), "label"));
        assertEquals("1", disposable.features().get("gui"));
        assertFalse(disposable.features().containsKey("preload-dispvm-delay"));
        assertTrue(disposable.tags().contains("audited"));
        assertEquals("dvm", value(disposable, "default_dispvm"));
        assertTrue(disposable.isDefault(QubesVM.DEFAULT_DISPVM));
        assertEquals("dispvm-blue", value(disposable, "icon"));
    }

    @Test
    @DisplayName(
            "its root starts from the TemplateVM's, its private volume from its template's, both where these are")
    void volumes() {
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm");
        BaseVM tiny = named(qubes, "tiny");
        BaseVM dvm = named(qubes, "dvm");
        assertEquals(volume(tiny, "root", "vid"), volume(disposable, "root", "source"));
        assertEquals(volume(dvm, "private", "vid"), volume(disposable, "private", "source"));
        assertEquals(volume(dvm, "private", "pool"), volume(disposable, "private", "pool"));
        assertEquals(volume(dvm, "volatile", "pool"), volume(disposable, "volatile", "pool"));
        assertEquals("12884901888", volume(disposable, "volatile", "size"));
        assertEquals("False", volume(disposable, "private", "save_on_stop"));
    }

    @Test
    @DisplayName("when its template takes another template, its root starts from that one's")
    void templateOfTemplateChanges() {
        create(qubes, "TemplateVM", "other", "kernel=");
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm");
        ((QubesVM) disposable).start();
        assertThrows(QubesVMInUseError.class, () -> set(named(qubes, "dvm"), "template=other"));
        ((QubesVM) disposable).kill();
        set(named(qubes, "dvm"), "template=other");
        assertEquals(
                volume(named(qubes, "other"), "root", "vid"), volume(disposable, "root", "source"));
    }

    @Test
    @DisplayName(
            "one with auto_cleanup is removed once it is shut down, and listeners hear it in that order")
    void autoCleanup() throws Exception {
        QubesVM disposable =
                (QubesVM) create(qubes, "DispVM", "d", "template=dvm", "auto_cleanup=True");
        assertEquals("False", value(disposable, "include_in_backups"));
        disposable.start();
        List<String> heard = heard(qubes, () -> disposable.shutdown(false, true));
        assertEquals(
                List.of("d domain-shutdown", "- domain-pre-delete", "- domain-delete"),
                heard.subList(heard.size() - 3, heard.size()));
        assertEquals(Optional.empty(), qubes.find(new DomainName("d")));
        assertFalse(disposable.available());
        assertFalse(system.home().resolve("appvms/d").toFile().exists());
    }

    @Test
    @DisplayName("one that fails to start is removed")
    void failedStart() {
        QubesVM disposable = (QubesVM) create(qubes, "DispVM", "d", "template=dvm");
        system.hypervisor().failCreate(Optional.of("no memory"));
        assertThrows(QubesException.class, disposable::start);
        assertEquals(Optional.empty(), qubes.find(new DomainName("d")));
    }

    @Test
    @DisplayName("what was cloned of the template is told in one event, inside the daemon")
    void cloneProperties() throws Exception {
        List<Event> heard = new CopyOnWriteArrayList<>();
        Extension extension = on -> on.after(CloneProperties.class, heard::add);
        system.felix().context().registerService(Extension.class, extension, null);
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm", "vcpus=3");
        CloneProperties event = (CloneProperties) heard.get(0);
        assertEquals(1, heard.size());
        assertSame(disposable, event.subject());
        assertSame(named(qubes, "dvm"), event.src());
        List<String> names = event.properties().stream().map(Property::name).toList();
        assertTrue(names.containsAll(List.of("memory", "debug", "netvm")), names.toString());
        for (String own : List.of("template", "name", "qid", "uuid", "dispid", "vcpus", "ip")) {
            assertEquals(own.equals("ip"), names.contains(own), own);
        }
    }

    @Test
    @DisplayName("on an unflagged template none is made, and no number is drawn")
    void unflagged() {
        create(qubes, "AppVM", "work", "template=tiny");
        int before = qubes.domains().size();
        assertThrows(QubesValueError.class, () -> unnamed("work"));
        assertEquals(before, qubes.domains().size());
    }

    @Test
    @DisplayName("the template can be set to the same one again, not reset")
    void sameTemplate() {
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm");
        set(disposable, "template=dvm");
        assertEquals("dvm", value(disposable, "template"));
        assertThrows(QubesValueError.class, () -> reset(disposable, "template"));
    }

    @Test
    @DisplayName("after a change of its template root and private start from the new one's")
    void anotherTemplate() {
        BaseVM tiny2 = create(qubes, "TemplateVM", "tiny2", "kernel=");
        BaseVM dvm2 = create(qubes, "AppVM", "dvm2", "template=tiny2", "template_for_dispvms=True");
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm");
        set(disposable, "template=dvm2");
        assertEquals(volume(tiny2, "root", "vid"), volume(disposable, "root", "source"));
        assertEquals(volume(dvm2, "private", "vid"), volume(disposable, "private", "source"));
    }

    @Test
    @DisplayName("its volumes are in the pools of its template's")
    void otherPool() throws Exception {
        qubes.pools()
                .add(
                        new PoolRecord(
                                Map.of(
                                        "name",
                                        "alternative",
                                        "driver",
                                        "file",
                                        "dir_path",
                                        system.home().resolve("alternative").toString())));
        NewDomain asked =
                NewDomain.of("AppVM", new DomainName("far"))
                        .in(Optional.of("alternative"), Map.of());
        QubesVM far = (QubesVM) qubes.create(withTemplate(asked, "AppVM", "tiny"));
        far.createOnDisk();
        set(far, "template_for_dispvms=True");
        BaseVM disposable = create(qubes, "DispVM", "d", "template=far");
        assertEquals("varlibqubes", volume(disposable, "root", "pool"));
        assertEquals("alternative", volume(disposable, "private", "pool"));
        assertEquals("alternative", volume(disposable, "volatile", "pool"));
    }

    @Test
    @DisplayName("its volatile volume is ephemeral if its template's is")
    void ephemeral() throws Exception {
        system.felix().bundle("qubes.core").stop();
        String store = Files.readString(system.store());
        String volatileOfDvm = "name=\"volatile\" pool=\"varlibqubes\" vid=\"appvms/dvm/volatile\"";
        assertTrue(store.contains(volatileOfDvm), store);
        Files.writeString(
                system.store(),
                store.replace(volatileOfDvm, volatileOfDvm + " ephemeral=\"True\""));
        system.felix().bundle("qubes.core").start();
        qubes = system.qubes();
        Await.until("the klasses are back", () -> qubes.klasses().size() == 4);
        BaseVM disposable = create(qubes, "DispVM", "d", "template=dvm");
        assertEquals("True", volume(disposable, "volatile", "ephemeral"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"default_dispvm", "management_dispvm"})
    @DisplayName("the system's and a qube's disposable templates must be flagged")
    void flagNeeded(String property) {
        BaseVM work = create(qubes, "AppVM", "work", "template=tiny");
        assertThrows(QubesPropertyValueError.class, () -> set(work, property + "=work"));
        set(work, property + "=dvm");
        Property<Optional<DomainName>> global =
                property.equals("default_dispvm")
                        ? Globals.DEFAULT_DISPVM
                        : Globals.MANAGEMENT_DISPVM;
        assertThrows(
                QubesPropertyValueError.class,
                () -> qubes.set(global, Optional.of(new DomainName("work"))));
        qubes.set(global, Optional.of(new DomainName("dvm")));
    }

    @Test
    @DisplayName(
            "the firewall rules are the template's, in memory only and each one's own after that")
    void takesFirewall() {
        QubesVM template = (QubesVM) named(qubes, "dvm");
        template.firewall()
                .replace(
                        List.of(Rule.parse("action=accept proto=icmp"), Rule.parse("action=drop")));
        QubesVM disposable =
                (QubesVM) create(qubes, "DispVM", "throwaway", "template=dvm", "label=red");
        assertEquals(template.firewall().rules(), disposable.firewall().rules());
        assertFalse(disposable.firewall().hasFile());
        template.firewall().replace(List.of(Rule.parse("action=drop")));
        assertEquals(
                "action=accept proto=icmp",
                disposable.firewall().apiText().lines().toList().get(0));
    }

    private BaseVM unnamed(String template) {
        NewDomain asked =
                new NewDomain("DispVM", Optional.empty(), Map.of(), Optional.empty(), Map.of());
        return qubes.create(withTemplate(asked, "DispVM", template));
    }

    private NewDomain withTemplate(NewDomain asked, String klass, String template) {
        return asked.with(template(klass), new DomainName(template));
    }

    @SuppressWarnings(
            "unchecked") // the klass's own declaration, whose class the test does not share with
    // the bundle
    private Property<DomainName> template(String klass) {
        return (Property<DomainName>)
                qubes.traits(klass).orElseThrow().property("template").orElseThrow();
    }
}
