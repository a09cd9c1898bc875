package qubes.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NeededPartsTest {
    @Test
    @DisplayName("The error of ours is what is told, without its class")
    void tellsTheErrorOfOurs() {
        assertEquals(
                "The store /x: line 3: element <a> is not closed",
                NeededParts.message(
                        """
                        org.apache.felix.scr.impl.inject.MethodInvocationException: wrapped
                        \tat org.apache.felix.scr.Some.method(Some.java:1)
                        Caused by: java.lang.reflect.InvocationTargetException
                        \t... 3 more
                        Caused by: qubes.core.error.QubesException: The store /x: line 3: element <a> is not closed
                        \tat qubes.core.Some.method(Some.java:2)
                        """));
    }

    @Test
    @DisplayName("The error of ours is told, not what a library found that caused it")
    void prefersTheErrorOfOursToItsCause() {
        assertEquals(
                "qubes.xml, line 2: Unexpected EOF",
                NeededParts.message(
                        """
                        java.lang.reflect.InvocationTargetException
                        \t... 3 more
                        Caused by: qubes.core.internal.store.StoreFormatException: qubes.xml, line 2: Unexpected EOF
                        \tat qubes.core.Some.method(Some.java:2)
                        Caused by: com.ctc.wstx.exc.WstxEOFException: Unexpected EOF
                         at [row,col {unknown-source}]: [2,1]
                        \tat com.ctc.Some.method(Some.java:2)
                        """));
    }

    @Test
    @DisplayName("Where no error is of ours, the last cause is told")
    void tellsTheLastCause() {
        assertEquals(
                "No space left on device",
                NeededParts.message(
                        """
                        java.lang.reflect.InvocationTargetException
                        Caused by: java.io.UncheckedIOException: wrapped
                        \tat a.B.c(B.java:1)
                        Caused by: java.io.IOException: No space left on device
                        """));
    }

    @Test
    @DisplayName("An error without a cause is told by its first line")
    void tellsTheFirstLine() {
        assertEquals(
                "no such file: /x",
                NeededParts.message(
                        "qubes.core.error.QubesException: no such file: /x\n\tat a.B.c(B.java:1)"));
    }

    @Test
    @DisplayName("An error without a message is told by its class")
    void tellsTheClassWhereThereIsNoMessage() {
        assertEquals(
                "java.lang.NullPointerException",
                NeededParts.message("java.lang.NullPointerException\n\tat a.B.c(B.java:1)"));
    }
}
