package qubes.itest.life;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import qubes.core.event.Event;
import qubes.core.property.PropertyHolder;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/** What listeners outside the model hear, in order. */
final class Heard implements AutoCloseable {
    private record Mark(PropertyHolder subject) implements Event {
        @Override
        public String wireName() {
            return "test-mark";
        }
    }

    private final Qubes qubes;
    private final AutoCloseable registration;
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch marked = new CountDownLatch(1);

    Heard(Qubes qubes) {
        this.qubes = qubes;
        this.registration =
                qubes.listen(
                        event -> {
                            if (event instanceof Mark) {
                                marked.countDown();
                            } else {
                                heard.add(words(event));
                            }
                        });
    }

    private static String words(Event event) {
        String subject = event.subject().subjectName();
        return (subject.isEmpty() ? "" : subject + " ") + event.wireName();
    }

    /** All that was heard of {@code vm} until now, without the domain's name; to be called once. */
    List<String> of(BaseVM vm) throws InterruptedException {
        qubes.admin().fire(new Mark(qubes.admin()));
        if (!marked.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("events do not arrive; so far " + heard);
        }
        String prefix = vm.name() + " ";
        return heard.stream()
                .filter(words -> words.startsWith(prefix))
                .map(words -> words.substring(prefix.length()))
                .toList();
    }

    @Override
    public void close() throws Exception {
        registration.close();
    }
}
