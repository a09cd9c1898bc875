package qubes.testkit.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;

/** Takes down what an extension wants to hear, in words. */
record WishList(String level, List<String> wishes) implements Subscriptions {
    static List<String> of(Extension extension) {
        List<String> wishes = new ArrayList<>();
        extension.subscribe(new WishList("domains", wishes));
        return wishes;
    }

    @Override
    public Subscriptions forKlass(String klass) {
        return new WishList(klass, wishes);
    }

    @Override
    public Subscriptions forApplication() {
        return new WishList("application", wishes);
    }

    @Override
    public <E extends PreEvent> void before(EventPattern<E> pattern, Consumer<? super E> handler) {
        wishes.add(level + ": before " + pattern);
    }

    @Override
    public <E extends Event> void after(EventPattern<E> pattern, Consumer<? super E> handler) {
        wishes.add(level + ": after " + pattern);
    }
}
