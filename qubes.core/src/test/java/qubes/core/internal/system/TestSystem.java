package qubes.core.internal.system;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;
import org.osgi.framework.ServiceReference;
import qubes.core.event.Event;
import qubes.core.event.Extension;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.state.SystemState;
import qubes.core.storage.PoolDriver;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Network;
import qubes.core.vm.NewDomain;
import qubes.core.vm.PowerState;
import qubes.core.vm.QubesVM;
import qubes.core.vm.References;
import qubes.core.vm.VolumeLayout;

/**
 * The engine with a store that is durable at once, and klasses with and without a template, cut
 * off, and far away.
 */
@NullMarked
final class TestSystem {
    static final Property<DomainName> TEMPLATE =
            Property.of(BaseVM.class, "template", PropertyType.DOMAIN)
                    .loadStage(4)
                    .accept(References.needed("template"))
                    .define();

    static final Klass PLAIN =
            new Klass(
                    QubesVM.TRAITS
                            .extend("PlainVM")
                            .with(DisposableTemplate.CAPABILITY)
                            .volumes(VolumeLayout.NONE)
                            .define());

    static final Klass DERIVED =
            new Klass(QubesVM.TRAITS.extend("DerivedVM").declare(TEMPLATE).define());

    /** Cut off from the network unless told otherwise, as templates are. */
    static final Klass CUT_OFF =
            new Klass(
                    QubesVM.TRAITS
                            .extend("CutOffVM")
                            .override(
                                    Network.NETVM
                                            .redeclaredFor(BaseVM.class)
                                            .defaultsTo(Optional.empty())
                                            .define())
                            .volumes(VolumeLayout.NONE)
                            .define());

    /** Neither local nor managed. */
    static final Klass FAR =
            new Klass(BaseVM.TRAITS.extend("FarVM").icon("remotevm-").define()) {
                @Override
                public BaseVM create(DomainContext context) {
                    return new Far(context);
                }
            };

    private static final class Far extends BaseVM {
        Far(DomainContext context) {
            super(context);
        }

        @Override
        public PowerState powerState() {
            return PowerState.RUNNING;
        }
    }

    /** A factory of domains that are what their traits say. */
    static class Klass implements DomainFactory {
        private final KlassTraits traits;

        Klass(KlassTraits traits) {
            this.traits = traits;
        }

        @Override
        public KlassTraits traits() {
            return traits;
        }

        @Override
        public BaseVM create(DomainContext context) {
            return new Managed(context);
        }
    }

    static final class Managed extends QubesVM {
        Managed(DomainContext context) {
            super(context);
        }
    }

    /** Everything is durable the moment it is changed. */
    private record Memory(SystemState loaded) implements OpenStore {
        @Override
        public Persistence persist(
                Supplier<Model.Committed> newest,
                Function<String, Optional<PropertyTable>> order,
                LongConsumer onDurable) {
            return new Persistence() {
                @Override
                public void changed(long version) {
                    onDurable.accept(version);
                }

                @Override
                public void awaitDurable(long version) {}

                @Override
                public long durable() {
                    return newest.get().version();
                }

                @Override
                public void close() {}
            };
        }
    }

    /** Handlers of tests are quick; those that are not are none of a system's. */
    private static final HandlerWatch.Limits PATIENT =
            new HandlerWatch.Limits(Duration.ofMinutes(1), Duration.ofMinutes(1));

    private TestSystem() {}

    /** A system as a new store begins, with all klasses. */
    static QubesSystem empty(Path home) {
        return withKlasses(of(EmptyStore.under(home), home));
    }

    /** As {@link #empty(Path)}, with a clock of its own. */
    static QubesSystem empty(Path home, Schedule clock) {
        return withKlasses(
                new QubesSystem(
                        new Memory(EmptyStore.under(home)),
                        home,
                        DefaultPool.under(home),
                        Optional.of(clock),
                        PATIENT,
                        PluginBook.withoutBundles()));
    }

    private static QubesSystem withKlasses(QubesSystem system) {
        for (Klass klass : List.of(PLAIN, DERIVED, CUT_OFF, FAR)) {
            TestSystem.addFactory(system, klass);
        }
        return system;
    }

    static QubesSystem of(SystemState state, Path home) {
        return of(state, home, PATIENT);
    }

    /** As {@link #of(SystemState, Path)}, with its own patience for handlers. */
    static QubesSystem of(SystemState state, Path home, HandlerWatch.Limits limits) {
        return new QubesSystem(
                new Memory(state),
                home,
                DefaultPool.under(home),
                Optional.empty(),
                limits,
                PluginBook.withoutBundles());
    }

    /** A factory comes, of no particular rank. */
    static void addFactory(QubesSystem system, DomainFactory factory) {
        system.bindFactory(factory, Map.of());
    }

    /** A storage driver comes, of no particular rank. */
    static void addDriver(QubesSystem system, PoolDriver driver) {
        system.bindDriver(driver, Map.of());
    }

    /** An extension comes, younger than those before it. */
    @SuppressWarnings("unchecked")
    static void extend(QubesSystem system, Extension extension) {
        system.addExtension(
                extension,
                (ServiceReference<Extension>)
                        Proxy.newProxyInstance(
                                TestSystem.class.getClassLoader(),
                                new Class<?>[] {ServiceReference.class},
                                (proxy, method, arguments) ->
                                        method.getName().equals("compareTo")
                                                        && proxy != arguments[0]
                                                ? 1
                                                : 0));
    }

    /** Changes the state past all rules, as a store may have been written. */
    static void keep(QubesSystem system, UnaryOperator<SystemState> change) {
        system.model().write(() -> system.model().update(change));
    }

    static BaseVM plain(QubesSystem system, String name) {
        return system.create(NewDomain.of("PlainVM", new DomainName(name)));
    }

    static BaseVM make(QubesSystem system, Klass klass, String name) {
        return system.create(NewDomain.of(klass.traits().klass(), new DomainName(name)));
    }

    static BaseVM derived(QubesSystem system, String name, String template) {
        return system.create(
                NewDomain.of("DerivedVM", new DomainName(name))
                        .with(TEMPLATE, new DomainName(template)));
    }

    /**
     * Wire names of the events that {@code action} makes listeners hear, with the subject in front
     * if it is a domain.
     */
    static List<String> heard(QubesSystem system, Runnable action) throws Exception {
        return heard(
                system,
                action,
                event -> {
                    String subject = event.subject().subjectName();
                    return (subject.isEmpty() ? "" : subject + " ") + event.wireName();
                });
    }

    /** The events that {@code action} makes listeners hear, as {@code words} tell them. */
    static List<String> heard(
            QubesSystem system, Runnable action, Function<? super Event, String> words)
            throws Exception {
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        var done = new java.util.concurrent.CountDownLatch(1);
        Event end = new End(system);
        try (AutoCloseable tap =
                system.listen(
                        event -> {
                            if (event == end) {
                                done.countDown();
                            } else {
                                heard.add(words.apply(event));
                            }
                        })) {
            try {
                action.run();
            } finally {
                system.fire(end);
                if (!done.await(10, java.util.concurrent.TimeUnit.SECONDS)) {
                    throw new AssertionError("events did not arrive; so far " + heard);
                }
            }
        }
        return List.copyOf(heard);
    }

    private record End(QubesSystem subject) implements Event {
        @Override
        public String wireName() {
            return "test-end";
        }
    }
}
