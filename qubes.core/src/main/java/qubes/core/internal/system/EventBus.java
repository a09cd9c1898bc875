package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ClassHandler;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/**
 * Finds and runs the handlers of an event, on the caller's thread (spec events.md §1). Ordinary
 * events run from the most general class to the klass, then reach the handlers of the subject
 * itself and outside listeners last; pre-events the other way round. Within one class its own
 * handlers come first, for both kinds of event.
 */
final class EventBus {
    /** Stands for the application among the levels that extensions name. */
    private static final String APPLICATION = "Qubes";

    /** Those that the core itself brings: it need not watch itself. */
    private static final Set<KlassTraits.Level> OWN_LEVELS =
            Stream.of(QubesVM.TRAITS, AdminVM.TRAITS)
                    .flatMap(traits -> traits.lineage().stream())
                    .collect(Collectors.toUnmodifiableSet());

    private interface Handler {
        void handle(Event event);
    }

    /** Who hears an event: in ordinary order, and once listeners outside have heard it. */
    private record Handlers(List<Handler> inOrder, List<Handler> late) {}

    /** What one extension wants to hear at one level. */
    private record Wish(String level, ForeignHandler<?> handler) {}

    private final List<ApplicationHandler<?>> application;
    private final HandlerWatch watch;
    private final SubjectHandlers ofSubjects = new SubjectHandlers();
    private volatile List<Wish> wishes = List.of(); // in the extensions' order
    private Map<Extension, List<Wish>> byExtension = new IdentityHashMap<>(); // guarded by this
    private volatile EventCache<Handlers> resolved = new EventCache<>(); // for ordinary order

    /**
     * @param application the application's own handlers, in order
     * @param watch over the handlers of extensions
     */
    EventBus(List<ApplicationHandler<?>> application, HandlerWatch watch) {
        this.application = List.copyOf(application);
        this.watch = watch;
    }

    /** Forgets what was found for klasses that may have left. */
    void forget() {
        resolved = new EventCache<>();
    }

    /** How many event names it remembers handlers of. */
    int remembered() {
        return resolved.size();
    }

    /** The handlers that single subjects have. */
    SubjectHandlers ofSubjects() {
        return ofSubjects;
    }

    /**
     * Hears the extensions that are there now and no others, in their order; asks each once what it
     * wants to hear.
     *
     * @param now gives them; asked here, so that of two changes at once the later look counts
     * @return the owners of handlers that are not heard any more, but may still run
     */
    synchronized Set<HandlerOwner> extensions(Supplier<? extends Collection<Extension>> now) {
        Set<HandlerOwner> gone = owners();
        Map<Extension, List<Wish>> known = new IdentityHashMap<>();
        List<Wish> all = new ArrayList<>();
        for (Extension extension : List.copyOf(now.get())) {
            List<Wish> own = byExtension.get(extension);
            if (own == null) {
                own = wishesOf(extension);
            }
            known.put(extension, own);
            all.addAll(own);
        }
        byExtension = known;
        wishes = List.copyOf(all);
        forget();
        gone.removeAll(owners());
        return gone;
    }

    private Set<HandlerOwner> owners() {
        return byExtension.values().stream()
                .flatMap(List::stream)
                .map(wish -> wish.handler().owner())
                .collect(Collectors.toSet());
    }

    private List<Wish> wishesOf(Extension extension) {
        List<Wish> own = new ArrayList<>();
        HandlerOwner owner = new HandlerOwner("Extension", extension.getClass(), watch);
        boolean subscribed =
                watch.book()
                        .contain(
                                extension.getClass(),
                                "subscribe, so that it hears nothing",
                                () ->
                                        extension.subscribe(
                                                new Collector(owner, KlassTraits.LOCAL, own)));
        return subscribed ? List.copyOf(own) : List.of();
    }

    /**
     * Runs the handlers of an event.
     *
     * @param outside told before the handlers of a pre-event, after those of any other
     * @throws RuntimeException what a handler threw; those after it did not run. Late handlers all
     *     run; what the first of them threw is thrown once they are through
     */
    void fire(Event event, Consumer<Event> outside) {
        Handlers handlers = handlers(event);
        if (event instanceof PreEvent) {
            outside.accept(event);
            ofSubjects.handle(event);
            for (int i = handlers.inOrder().size() - 1; i >= 0; i--) {
                handlers.inOrder().get(i).handle(event);
            }
        } else {
            for (int i = 0; i < handlers.inOrder().size(); i++) {
                handlers.inOrder().get(i).handle(event);
            }
            ofSubjects.handle(event);
            outside.accept(event);
        }
        handleLate(handlers.late(), event);
    }

    /** Runs what one extension wants to hear of an event that the others heard before it came. */
    void fireFor(Extension extension, Event event) {
        List<Wish> own;
        synchronized (this) {
            own = byExtension.getOrDefault(extension, List.of());
        }
        List<Handler> found = new ArrayList<>();
        if (event.subject() instanceof BaseVM vm) {
            for (KlassTraits.Level step : vm.traits().lineage()) {
                wished(own, step.name(), event, found);
            }
        } else {
            wished(own, APPLICATION, event, found);
        }
        found.forEach(handler -> handler.handle(event));
    }

    private static void handleLate(List<Handler> late, Event event) {
        RuntimeException first = null;
        for (int i = 0; i < late.size(); i++) {
            try {
                late.get(i).handle(event);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private Handlers handlers(Event event) {
        @Nullable KlassTraits traits = event.subject() instanceof BaseVM vm ? vm.traits() : null;
        Object level = traits == null ? APPLICATION : traits;
        EventCache<Handlers> cache = resolved;
        Handlers found = cache.get(level, event);
        if (found == null) {
            found = traits == null ? ofApplication(event) : resolve(event, traits);
            if (isLasting(event)) {
                cache.put(level, event, found);
            }
        }
        return found;
    }

    /**
     * False for events that a bundle brought, which could not leave if they were remembered, and
     * for those of domains whose klass has left.
     */
    private static boolean isLasting(Event event) {
        return event.getClass().getClassLoader() == Event.class.getClassLoader()
                && (!(event.subject() instanceof BaseVM vm) || vm.available());
    }

    private Handlers resolve(Event event, KlassTraits traits) {
        List<Handler> found = new ArrayList<>();
        List<Handler> late = new ArrayList<>();
        HandlerOwner klass = HandlerOwner.ofKlass(event.subject().getClass(), watch);
        for (KlassTraits.Level step : traits.lineage()) {
            List<Handler> table = new ArrayList<>();
            for (ClassHandler<?> handler : step.handlers()) {
                if (handler.pattern().matches(event.getClass(), event.wireName())) {
                    (handler.late() ? late : table)
                            .add(
                                    OWN_LEVELS.contains(step)
                                            ? e -> handler.handle((BaseVM) e.subject(), e)
                                            : new KlassHandler(klass, handler)::handle);
                }
            }
            wished(wishes, step.name(), event, table);
            addTable(found, table, event);
        }
        return new Handlers(List.copyOf(found), List.copyOf(late));
    }

    private Handlers ofApplication(Event event) {
        List<Handler> table = new ArrayList<>();
        for (ApplicationHandler<?> handler : application) {
            if (handler.pattern().matches(event.getClass(), event.wireName())) {
                table.add(handler::handle);
            }
        }
        wished(wishes, APPLICATION, event, table);
        List<Handler> found = new ArrayList<>();
        addTable(found, table, event);
        return new Handlers(List.copyOf(found), List.of());
    }

    /**
     * Within one table the order is the same for both kinds of event; pre-events walk the whole
     * list backwards.
     */
    private static void addTable(List<Handler> all, List<Handler> table, Event event) {
        if (event instanceof PreEvent) {
            Collections.reverse(table);
        }
        all.addAll(table);
    }

    private static void wished(List<Wish> among, String level, Event event, List<Handler> into) {
        for (Wish wish : among) {
            if (wish.level().equals(level) && wish.handler().hears(event)) {
                into.add(wish.handler()::handle);
            }
        }
    }

    private record Collector(HandlerOwner owner, String level, List<Wish> wishes)
            implements Subscriptions {
        @Override
        public Subscriptions forKlass(String klass) {
            return new Collector(owner, klass, wishes);
        }

        @Override
        public Subscriptions forApplication() {
            return new Collector(owner, APPLICATION, wishes);
        }

        @Override
        public <E extends PreEvent> void before(
                EventPattern<E> pattern, Consumer<? super E> handler) {
            after(pattern, handler);
        }

        @Override
        public <E extends Event> void after(EventPattern<E> pattern, Consumer<? super E> handler) {
            wishes.add(new Wish(level, new ForeignHandler<>(owner, pattern, handler)));
        }
    }
}
