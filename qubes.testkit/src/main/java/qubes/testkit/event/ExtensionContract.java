package qubes.testkit.event;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminCall;
import qubes.core.admin.Untrusted;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.state.SystemState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.testkit.Domains;
import qubes.testkit.OrdinaryLife;
import qubes.testkit.QubesFixture;
import qubes.testkit.Waiting;
import qubes.testkit.vm.PlainVM;

/**
 * What every extension owes the core and everybody else. Implement it in a test class of the
 * extension's bundle; {@link #extension} is enough for most. Each test that needs one runs in a
 * system of its own, in memory, with a domain of klass {@code StandaloneVM}.
 */
public interface ExtensionContract {
    /**
     * {@return the extension, as the framework would make it} Called several times by some tests.
     * If it is {@link AutoCloseable}, it is closed once it was taken away, in place of the
     * component's deactivation.
     *
     * @throws Exception if it cannot be made
     */
    Extension extension() throws Exception;

    /** {@return symbolic names of bundles whose klasses the extension is about; few need any} */
    default List<String> bundles() {
        return List.of();
    }

    /**
     * Makes what the extension is about. May block.
     *
     * @param qubes the application of the test's system
     * @throws Exception if it cannot be made
     */
    default void prepare(Qubes qubes) throws Exception {}

    /**
     * {@return the domain whose life the extension hears, made anew; unless told, one of klass
     * {@code StandaloneVM} without peculiarities} May block.
     *
     * @param qubes the application of the test's system
     * @throws Exception if it cannot be made
     */
    default BaseVM domain(Qubes qubes) throws Exception {
        return Domains.create(qubes, "StandaloneVM", "contract", "kernel=");
    }

    /**
     * It says what it wants to hear, at once, and the same each time.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it says what it wants to hear, at once, and the same each time")
    default void subscribes() throws Exception {
        Extension extension = extension();
        List<String> wishes = WishList.of(extension);
        assertFalse(wishes.isEmpty(), "it wants to hear nothing");
        long waits = Waiting.soFar();
        assertEquals(wishes, WishList.of(extension));
        assertEquals(0, Waiting.soFar() - waits, "it waits before it returns");
        assertEquals(wishes, WishList.of(extension()));
    }

    /**
     * No event of an ordinary life brings an error of it but such as clients know.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("no event of an ordinary life brings an error of it but such as clients know")
    default void livesWithoutError() throws Exception {
        try (QubesFixture system = system()) {
            WatchedExtension watched = new WatchedExtension(extension());
            system.provide(Extension.class, watched);
            Qubes qubes = system.qubes();
            BaseVM vm = domain(qubes);
            OrdinaryLife.of(vm);
            if (qubes.find(vm.name()).isPresent()) {
                qubes.remove(vm);
            }
            assertEquals(List.of(), watched.errors());
        }
    }

    /**
     * It never refuses what has happened already.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it never refuses what has happened already")
    default void refusesOnlyBefore() throws Exception {
        try (QubesFixture system = system()) {
            WatchedExtension watched = new WatchedExtension(extension());
            system.provide(Extension.class, watched);
            OrdinaryLife.of(domain(system.qubes()));
            assertEquals(List.of(), watched.lateRefusals());
        }
    }

    /**
     * It does not wait where all changes wait for it.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it does not wait where all changes wait for it")
    default void doesNotWait() throws Exception {
        try (QubesFixture system = system()) {
            WatchedExtension watched = new WatchedExtension(extension());
            system.provide(Extension.class, watched);
            BaseVM vm = domain(system.qubes());
            OrdinaryLife.of(vm);
            watched.begin();
            OrdinaryLife.of(vm);
            assertEquals(List.of(), watched.waits());
        }
    }

    /**
     * It does not start a domain or end one that nobody asked to.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it does not start a domain or end one that nobody asked to")
    default void leavesGuestsAlone() throws Exception {
        try (QubesFixture system = system()) {
            BaseVM vm = domain(system.qubes());
            system.provide(Extension.class, extension());
            system.qubes().awaitDurable();
            assertEquals(true, vm.isHalted(), "it was started");
            OrdinaryLife.of(vm);
            assertEquals(
                    List.of(),
                    system.hypervisor().guests().stream()
                            .filter(guest -> guest.state().active())
                            .toList());
        }
    }

    /**
     * Hearing of a domain once more changes nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("hearing of a domain once more changes nothing")
    default void hearsTwice() throws Exception {
        try (QubesFixture system = system()) {
            Qubes qubes = system.qubes();
            BaseVM vm = domain(qubes);
            Extension extension = extension();
            QubesFixture.Provided provided = system.provide(Extension.class, extension);
            vm.fire(new Lifecycle.Load(vm));
            SystemState once = qubes.state();
            vm.fire(new Lifecycle.Load(vm));
            assertEquals(once.domains(), qubes.state().domains());
            provided.close();
            system.provide(Extension.class, extension());
            assertEquals(once.domains(), qubes.state().domains());
        }
    }

    /**
     * When it is taken away it does nothing any more, and leaves no thread.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("when it is taken away it does nothing any more, and leaves no thread")
    default void leavesNothing() throws Exception {
        try (QubesFixture system = system()) {
            Qubes qubes = system.qubes();
            Extension extension = extension();
            WatchedExtension watched = new WatchedExtension(extension);
            Threads.Group threads = Threads.watched();
            BaseVM vm = domain(qubes);
            threads.run(
                    () -> {
                        try (var provided = system.provide(Extension.class, watched)) {
                            OrdinaryLife.of(vm);
                        }
                    });
            if (extension instanceof AutoCloseable closeable) {
                closeable.close();
            }
            assertEquals(Set.of(), threads.left());
            assertEquals(List.of(), watched.heardWhileAway(() -> OrdinaryLife.of(vm)));
            vm.tags().clear();
            SystemState before = qubes.state();
            vm.features().set("contract", "1");
            vm.features().remove("contract");
            assertEquals(before.domains(), qubes.state().domains(), "it still changes domains");
        }
    }

    /**
     * Dom0 may still look at the system, and reads give what they gave.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("dom0 may still look at the system, and reads give what they gave")
    default void refusesNoReads() throws Exception {
        try (QubesFixture system = system()) {
            Qubes qubes = system.qubes();
            BaseVM vm = domain(qubes);
            system.provide(Extension.class, extension());
            for (String method : List.of("admin.vm.List", "admin.vm.property.Get")) {
                AdminCall call =
                        new AdminCall(
                                method,
                                "",
                                qubes.admin(),
                                method.endsWith("List") ? qubes.admin() : vm,
                                Untrusted.EMPTY,
                                Untrusted.EMPTY);
                assertDoesNotThrow(() -> call.permit(), method);
                assertEquals(true, call.permit().admits(vm), () -> method + " hides domains");
            }
            long waits = Waiting.soFar();
            vm.properties().forEach(vm::find);
            assertEquals(Map.copyOf(vm.features()), vm.features());
            assertEquals(Set.copyOf(vm.tags()), vm.tags());
            assertEquals(0, Waiting.soFar() - waits, "reads wait");
        }
    }

    private QubesFixture system() throws Exception {
        QubesFixture system = QubesFixture.inMemory(bundles().toArray(String[]::new));
        try {
            if (!system.qubes().klasses().contains("StandaloneVM")) {
                system.provide(DomainFactory.class, PlainVM.factory("StandaloneVM"));
            }
            prepare(system.qubes());
            return system;
        } catch (Exception | AssertionError e) {
            system.close();
            throw e;
        }
    }
}
