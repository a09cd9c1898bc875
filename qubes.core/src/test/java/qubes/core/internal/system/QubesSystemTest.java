package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.error.QubesLabelNotFoundError;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesVMAlreadyExistsError;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.error.QubesValueError;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;

class QubesSystemTest {
    private static final DomainName WORK = new DomainName("work");

    @TempDir private Path home;

    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("a set value is announced before and after, with the old effective value")
    void setIsAnnounced() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals(
                List.of("work property-pre-set:memory", "work property-set:memory"),
                TestSystem.heard(system, () -> work.set(QubesVM.MEMORY, 600)));
        assertEquals(600, work.get(QubesVM.MEMORY));
        assertEquals("600", work.record().property("memory").orElseThrow().text());
    }

    @Test
    @DisplayName("a label change announces the icon before the label")
    void labelAnnouncesIcon() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals(
                List.of(
                        "work property-pre-set:label",
                        "work property-reset:icon",
                        "work property-set:label"),
                TestSystem.heard(system, () -> work.set(BaseVM.LABEL, "red")));
        assertEquals("appvm-red", work.get(BaseVM.ICON));
    }

    @Test
    @DisplayName("a reset fires the four reset events and removes the value")
    void resetIsAnnounced() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        work.set(QubesVM.MEMORY, 600);
        assertEquals(
                List.of(
                        "work property-pre-reset:memory",
                        "work property-pre-del:memory",
                        "work property-reset:memory",
                        "work property-del:memory"),
                TestSystem.heard(system, () -> work.reset(QubesVM.MEMORY)));
        assertEquals(400, work.get(QubesVM.MEMORY));
        assertTrue(work.isDefault(QubesVM.MEMORY));
    }

    @Test
    @DisplayName("a refused value changes nothing and is not announced")
    void refusedValueChangesNothing() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        SystemState before = system.state();
        assertEquals(
                List.of(),
                TestSystem.heard(
                        system,
                        () ->
                                assertThrows(
                                        QubesPropertyValueError.class,
                                        () -> work.set(QubesVM.VCPUS, 0))));
        assertThrows(QubesLabelNotFoundError.class, () -> work.set(BaseVM.LABEL, "invalid"));
        assertThrows(
                IllegalStateException.class, () -> work.set(BaseVM.NAME, new DomainName("other")));
        assertThrows(QubesPropertyValueError.class, () -> work.set(BaseVM.KLASS, "AppVM"));
        assertEquals(before, system.state());
    }

    @Test
    @DisplayName("a default follows the template, explicitly or by its own default")
    void defaultFollowsTemplate() {
        BaseVM base = TestSystem.plain(system, "base");
        BaseVM work = TestSystem.derived(system, "work", "base");
        assertEquals(2, work.get(QubesVM.VCPUS));
        base.set(QubesVM.VCPUS, 4);
        assertEquals(4, work.get(QubesVM.VCPUS));
        work.set(QubesVM.VCPUS, 1);
        assertEquals(1, work.get(QubesVM.VCPUS));
    }

    @Test
    @DisplayName("features coerce, keep their order, and are looked up along the template")
    void featuresCoerce() {
        BaseVM base = TestSystem.plain(system, "base");
        BaseVM work = TestSystem.derived(system, "work", "base");
        work.features().set("on", true);
        work.features().set("off", false);
        work.features().set("zero", 0);
        work.features().set("none", null);
        assertEquals(List.of("on", "off", "zero", "none"), List.copyOf(work.features().keySet()));
        assertEquals(List.of("1", "", "0", ""), List.copyOf(work.features().values()));
        assertTrue(work.features().isTrue("zero"));
        base.features().set("off", "from template");
        base.features().set("base", "x");
        assertEquals(Optional.of(""), work.features().findWithTemplate("off"));
        assertEquals(Optional.of("x"), work.features().findWithTemplate("base"));
        assertThrows(
                UnsupportedOperationException.class, () -> work.features().putIfAbsent("a", "b"));
    }

    @Test
    @DisplayName("removing a feature that is not there is announced beforehand and fails")
    void featureDelete() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals(
                List.of("work domain-feature-pre-delete:x"),
                TestSystem.heard(
                        system,
                        () ->
                                assertThrows(
                                        java.util.NoSuchElementException.class,
                                        () -> work.features().delete("x"))));
    }

    @Test
    @DisplayName("a tag is announced once, and again only after it was removed")
    void tagsAreAnnouncedOnce() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals(
                List.of("work domain-tag-add:team", "work domain-tag-delete:team"),
                TestSystem.heard(
                        system,
                        () -> {
                            work.tags().add("team");
                            work.tags().add("team");
                            work.tags().remove("team");
                        }));
        assertThrows(IllegalArgumentException.class, () -> work.tags().add("no blanks"));
    }

    @Test
    @DisplayName("a klass that leaves keeps its domains, unavailable, and brings them back")
    void klassLeavesAndComesBack() {
        TestSystem.plain(system, "work").set(QubesVM.MEMORY, 600);
        DomainRecord before = system.domain(WORK).record();
        BaseVM old = system.domain(WORK);
        system.unbindFactory(TestSystem.PLAIN);
        BaseVM gone = system.domain(WORK);
        assertFalse(gone.available());
        assertFalse(old.available());
        assertEquals("PlainVM", gone.klass());
        assertEquals(before, gone.record());
        assertThrows(QubesVMNotAvailableError.class, () -> gone.get(QubesVM.MEMORY));
        assertThrows(QubesVMNotAvailableError.class, () -> gone.features().set("x", "y"));
        assertThrows(QubesVMNotAvailableError.class, () -> old.set(QubesVM.MEMORY, 700));
        assertThrows(QubesException.class, () -> TestSystem.plain(system, "other"));
        TestSystem.addFactory(system, TestSystem.PLAIN);
        assertEquals(600, system.domain(WORK).get(QubesVM.MEMORY));
        assertEquals(before, system.domain(WORK).record());
    }

    @Test
    @DisplayName("a klass is told once all its domains are available, each time that it comes")
    void klassIsToldWhenItsDomainsAreThere() {
        TestSystem.plain(system, "work");
        system.unbindFactory(TestSystem.PLAIN);
        assertFalse(system.klasses().contains("PlainVM"));
        List<Set<String>> toldMeanwhile = new ArrayList<>();
        TestSystem.Klass again =
                new TestSystem.Klass(TestSystem.PLAIN.traits()) {
                    @Override
                    public BaseVM create(DomainContext context) {
                        toldMeanwhile.add(system.klasses());
                        return super.create(context);
                    }
                };
        TestSystem.addFactory(system, again);
        assertEquals(1, toldMeanwhile.size());
        assertFalse(toldMeanwhile.get(0).contains("PlainVM"));
        assertTrue(system.klasses().contains("PlainVM"));
        assertTrue(system.domain(WORK).available());
        system.unbindFactory(again);
        TestSystem.addFactory(system, again);
        assertFalse(toldMeanwhile.get(1).contains("PlainVM"));
    }

    @Test
    @DisplayName("an unavailable domain keeps its place as template and netvm")
    void unavailableKeepsItsPlace() {
        BaseVM base = TestSystem.plain(system, "base");
        base.set(QubesVM.VCPUS, 3);
        BaseVM work = TestSystem.derived(system, "work", "base");
        system.unbindFactory(TestSystem.PLAIN);
        assertEquals(Optional.of(new DomainName("base")), work.template().map(BaseVM::name));
        assertEquals(2, work.get(QubesVM.VCPUS), "an unavailable template has no typed values");
        assertThrows(
                QubesVMInUseError.class,
                () -> system.remove(system.domain(new DomainName("base"))));
        TestSystem.addFactory(system, TestSystem.PLAIN);
        assertEquals(3, work.get(QubesVM.VCPUS));
    }

    @Test
    @DisplayName("names are unique, qids are the lowest free")
    void identities() {
        assertEquals(1, TestSystem.plain(system, "a").qid());
        assertEquals(2, TestSystem.plain(system, "b").qid());
        assertThrows(QubesVMAlreadyExistsError.class, () -> TestSystem.plain(system, "a"));
        system.remove(system.domain(new DomainName("a")));
        assertEquals(1, TestSystem.plain(system, "c").qid());
        assertEquals(
                List.of("dom0", "b", "c"),
                system.domains().stream().map(BaseVM::subjectName).toList());
    }

    @Test
    @DisplayName("a domain that is referred to is not removed")
    void usedDomainStays() {
        BaseVM base = TestSystem.plain(system, "base");
        BaseVM work = TestSystem.derived(system, "work", "base");
        assertThrows(QubesVMInUseError.class, () -> system.remove(base));
        system.remove(work);
        system.remove(base);
        assertEquals(1, system.domains().size());
        assertThrows(QubesVMInUseError.class, () -> system.remove(system.admin()));
    }

    @Test
    @DisplayName("a creation that is refused leaves nothing behind")
    void refusedCreationLeavesNothing() throws Exception {
        SystemState before = system.state();
        assertThrows(
                QubesPropertyValueError.class, () -> TestSystem.derived(system, "work", "nowhere"));
        assertThrows(
                QubesValueError.class,
                () ->
                        system.create(
                                qubes.core.vm.NewDomain.of("DerivedVM", new DomainName("work"))));
        assertEquals(before, system.state());
    }

    @Test
    @DisplayName("the network has no loops and only providers in it")
    void networkRules() {
        BaseVM net = TestSystem.plain(system, "net");
        BaseVM fire = TestSystem.plain(system, "fire");
        BaseVM work = TestSystem.plain(system, "work");
        assertThrows(
                QubesValueError.class, () -> work.set(Network.NETVM, Optional.of(fire.name())));
        net.set(Network.PROVIDES_NETWORK, true);
        fire.set(Network.PROVIDES_NETWORK, true);
        fire.set(Network.NETVM, Optional.of(net.name()));
        work.set(Network.NETVM, Optional.of(fire.name()));
        assertThrows(QubesValueError.class, () -> net.set(Network.NETVM, Optional.of(fire.name())));
        assertThrows(QubesValueError.class, () -> net.set(Network.NETVM, Optional.of(net.name())));
        assertThrows(QubesValueError.class, () -> fire.set(Network.PROVIDES_NETWORK, false));
        assertEquals(Optional.of("10.137.0.3"), work.get(Network.IP));
        assertEquals(Optional.of("10.137.0.2"), work.get(Network.VISIBLE_GATEWAY));
        assertThrows(
                QubesPropertyValueError.class,
                () -> system.set(Globals.DEFAULT_NETVM, Optional.of(new DomainName("net"))));
    }

    @Test
    @DisplayName("a reader does not wait for a writer")
    void readersDoNotWait() throws Exception {
        BaseVM work = TestSystem.plain(system, "work");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread writer =
                new Thread(
                        () ->
                                system.model()
                                        .write(
                                                () -> {
                                                    inside.countDown();
                                                    try {
                                                        leave.await(10, TimeUnit.SECONDS);
                                                    } catch (InterruptedException e) {
                                                        Thread.currentThread().interrupt();
                                                    }
                                                }));
        writer.start();
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        assertEquals(400, work.get(QubesVM.MEMORY));
        assertEquals(2, system.domains().size());
        assertTrue(writer.isAlive(), "the writer still held the lock while we read");
        leave.countDown();
        writer.join(10_000);
    }

    @Test
    @DisplayName("what the store cannot hold is refused before anything changes")
    void unstorableIsRefused() {
        BaseVM work = TestSystem.plain(system, "work");
        SystemState before = system.state();
        assertThrows(QubesException.class, () -> work.features().set("x", "bell \u0007"));
        assertThrows(QubesException.class, () -> work.set(QubesVM.KERNELOPTS, "null \u0000"));
        assertThrows(QubesException.class, () -> system.set(Globals.DEFAULT_KERNEL, "\ud800"));
        assertEquals(before, system.state());
    }

    @Test
    @DisplayName("the lifecycle lock is refused to whoever holds the model lock")
    void lockOrderIsAsserted() {
        QubesVM work = (QubesVM) TestSystem.plain(system, "work");
        assertThrows(IllegalStateException.class, () -> system.model().write(work::start));
    }
}
