package qubes.core.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesValueError;
import qubes.core.plugin.PluginReport;

class PluginBookTest {
    private long nowNanos = 5;
    private final PluginBook book = new PluginBook(() -> new Bundle[0], () -> nowNanos);

    /** An error that only its plugin knows. */
    private static final class OwnError extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    @DisplayName("the same fault is told once a minute, with how often it was seen meanwhile")
    void sameFaultIsNoFlood() {
        PluginPage page = new PluginPage("acme");
        assertEquals(1, page.fault("a", "a", 5), "the first");
        assertEquals(0, page.fault("a", "a", 6));
        assertEquals(0, page.fault("a", "a", 7));
        assertEquals(1, page.fault("b", "b", 7), "another one");
        assertEquals(3, page.fault("a", "a", 5 + TimeUnit.MINUTES.toNanos(1)));
        assertEquals(5, page.report().faults());
        assertEquals(Optional.of("a"), page.report().lastFault());
    }

    @Test
    @DisplayName("a plugin whose faults are all different is not remembered in full")
    void faultsAreBounded() {
        PluginPage page = new PluginPage("acme");
        int told = 0;
        for (int i = 0; i < 1000; i++) {
            told += page.fault("fault " + i, "fault " + i, 5) > 0 ? 1 : 0;
        }
        assertTrue(told <= 65, told + " lines");
        assertEquals(1000, page.report().faults());
    }

    @Test
    @DisplayName("what a plugin says is one line, not too long, in the report")
    void reasonsAreOneLine() {
        book.trouble("acme.jar", "file", "a\nb" + "x".repeat(1000));
        String reason = book.reports().get(0).troubles().get(0);
        assertTrue(reason.lines().count() == 1 && reason.length() < 310, reason);
        book.settled("acme.jar", "signature");
        assertEquals(1, book.reports().get(0).troubles().size(), "another's business");
        book.settled("acme.jar", "file");
        assertEquals(List.of(), book.reports().get(0).troubles());
    }

    @Test
    @DisplayName("time under the model lock is added up, with the worst of it")
    void timeIsCounted() {
        PluginPage page = book.pageOf(PluginBookTest.class);
        page.held(30);
        page.held(50);
        page.held(20);
        var report = book.reports().get(0);
        assertEquals(3, report.calls());
        assertEquals(Duration.ofNanos(100), report.held());
        assertEquals(Duration.ofNanos(50), report.worst());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "one plugin in all of them             | 256 | 256 | 1000    | true",
                "one in nearly all of them             | 256 | 192 | 1000    | true",
                "no plugin is in most of them          | 256 | 191 | 1000    | false",
                "only some follow                      | 255 | 255 | 1000    | false",
                "as many follow, but over many seconds | 256 | 256 | 9000000 | false",
            })
    @DisplayName("who goes on firing events that others cannot take is named:")
    void whoFloods(String what, int events, int ofPlugin, long apartNanos, boolean named) {
        book.fired(Set.of("acme"));
        book.overrun("they are lost");
        for (int i = 0; i < events; i++) {
            nowNanos += apartNanos;
            book.fired(i < ofPlugin ? Set.of("acme", "bystander" + i) : Set.of());
        }
        List<PluginReport> reports = book.reports();
        assertEquals(
                named
                        ? List.of("acme: [fires more events than can be told: they are lost]")
                        : List.of(),
                reports.stream().map(it -> it.plugin() + ": " + it.troubles()).toList());
    }

    @Test
    @DisplayName("that is over a minute after it was last seen, or when the plugin stops")
    void floodIsOver() {
        flood();
        nowNanos += TimeUnit.SECONDS.toNanos(59);
        flood();
        nowNanos += TimeUnit.SECONDS.toNanos(59);
        assertEquals(1, book.reports().get(0).troubles().size(), "it went on");
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        assertEquals(List.of(), book.reports().get(0).troubles());
        flood();
        assertEquals(1, book.reports().get(0).troubles().size(), "again");
        book.stopped("acme");
        assertEquals(List.of(), book.reports().get(0).troubles());
    }

    private void flood() {
        book.overrun("they are lost");
        for (int i = 0; i < EventInquiry.MANY; i++) {
            book.fired(Set.of("acme"));
        }
    }

    @Test
    @DisplayName("of a class that cannot be initialised the cause is told")
    void causeOfInitialisation() {
        book.failed(
                "acme",
                "arrival",
                new ExceptionInInitializerError(new IllegalStateException("why")));
        assertEquals(
                Optional.of("arrival: java.lang.IllegalStateException: why"),
                book.reports().get(0).lastFault());
    }

    static Stream<Arguments> faults() {
        return Stream.<Supplier<Throwable>>of(
                        () -> new IllegalStateException("a bug"),
                        () -> new NoClassDefFoundError("a/Missing"),
                        StackOverflowError::new,
                        () -> new AssertionError("never"),
                        OwnError::new)
                .map(Supplier::get)
                .map(error -> Arguments.of(error.getClass().getSimpleName(), error));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @DisplayName("is contained and counted:")
    void isContained(String name, Throwable error) {
        assertFalse(book.contain(OwnError.class, "subscribe", () -> sneak(error)));
        assertEquals(1, book.reports().get(0).faults());
    }

    @Test
    @DisplayName("a JVM that cannot go on is not kept from saying so")
    void outOfMemoryIsNotContained() {
        assertThrows(
                OutOfMemoryError.class,
                () ->
                        book.contain(
                                OwnError.class, "subscribe", () -> sneak(new OutOfMemoryError())));
    }

    @Test
    @DisplayName("errors of the API are meant, others are faults")
    void errorsOfTheApiAreMeant() {
        assertTrue(PluginBook.isMeant(new QubesValueError("no")));
        assertTrue(PluginBook.isMeant(new PermissionDenied("no")));
        assertTrue(PluginBook.isMeant(new IllegalArgumentException("no")));
        assertFalse(PluginBook.isMeant(new OwnError()));
        assertFalse(PluginBook.isMeant(new NullPointerException()));
        assertFalse(PluginBook.isMeant(new NoClassDefFoundError()));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable error) throws E {
        throw (E) error;
    }
}
