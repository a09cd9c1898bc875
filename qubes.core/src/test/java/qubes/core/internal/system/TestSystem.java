package qubes.core.internal.system;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;
import qubes.core.event.Event;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.QubesVM;
import qubes.core.vm.References;
import qubes.core.vm.VolumeLayout;

/**
 * The engine with a store that is durable at once, and two klasses: one with a template, one
 * without.
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

    /** A factory of domains that are what their traits say. */
    record Klass(KlassTraits traits) implements DomainFactory {
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

    private TestSystem() {}

    /** A system as a new store begins, with both klasses. */
    static QubesSystem empty(Path home) {
        QubesSystem system = of(EmptyStore.under(home), home);
        system.addFactory(PLAIN);
        system.addFactory(DERIVED);
        return system;
    }

    /** As {@link #empty(Path)}, with a clock of its own. */
    static QubesSystem empty(Path home, Schedule clock) {
        QubesSystem system =
                new QubesSystem(new Memory(EmptyStore.under(home)), home, Optional.of(clock));
        system.addFactory(PLAIN);
        system.addFactory(DERIVED);
        return system;
    }

    static QubesSystem of(SystemState state, Path home) {
        return new QubesSystem(new Memory(state), home);
    }

    static BaseVM plain(QubesSystem system, String name) {
        return system.create(NewDomain.of("PlainVM", new DomainName(name)));
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
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        var done = new java.util.concurrent.CountDownLatch(1);
        Event end = new End(system);
        try (AutoCloseable tap =
                system.listen(
                        event -> {
                            if (event == end) {
                                done.countDown();
                            } else {
                                String subject = event.subject().subjectName();
                                heard.add(
                                        (subject.isEmpty() ? "" : subject + " ")
                                                + event.wireName());
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
