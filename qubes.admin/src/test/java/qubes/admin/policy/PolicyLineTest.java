package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spec policy.md §6, lines: what is a rule, and what is none. */
class PolicyLineTest {
    private static Rule rule(String line) {
        List<String> words = List.of(line.split(" +"));
        if (words.size() < 2) {
            throw new PolicySyntaxError("here:1", "too short");
        }
        return Rule.parse(words.get(0), words.get(1), words.subList(2, words.size()), "here:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * @anyvm @default allow",
                "* +argument @anyvm @default allow target=dom0",
                "* * @anyvm @anyvm allow,invalid=xx",
                "* * @anyvm @anyvm allow extra",
                "* * @anyvm @anyvm allow notify",
                "* * @anyvm @anyvm allow notify=xx",
                "* * @anyvm @anyvm allow autostart=xx",
                "* * @anyvm @anyvm allow =x",
                "* * @anyvm @anyvm invalid",
                "* * @anyvm @anyvm ALLOW",
                "* * @anyvm @anyvm",
                "* * @anyvm",
                "",
                "* * @anyvm @anyvm allow user=x user=x",
                "* * @anyvm @anyvm allow default_target=test-vm1",
                "* * @anyvm @anyvm deny user=x",
                "* * @anyvm @anyvm deny target=dom0",
                "* * @anyvm @anyvm ask,default_target=test-vm1",
                "* * @anyvm @anyvm allow target=@anyvm",
                "* * @anyvm @anyvm allow target=*",
                "* * @anyvm @anyvm allow target=@default",
                "* * @anyvm @anyvm allow target=@type:AppVM",
                "* * @anyvm @anyvm allow target=@tag:tag1",
                "* * @anyvm @anyvm allow target=@dispvm:@tag:tag3",
                "* * @anyvm @anyvm allow target=",
                "* * @anyvm @anyvm ask default_target=@anyvm",
                "* * @default @anyvm allow",
                "* * @dispvm @anyvm allow",
                "a/b * @anyvm @anyvm allow",
                "a argument @anyvm @anyvm allow",
                "a +a/b @anyvm @anyvm allow"
            })
    @DisplayName("what is no rule is refused")
    void refuses(String line) {
        assertThrows(PolicySyntaxError.class, () -> rule(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * @anyvm @anyvm allow",
                "a.B-c_1 + * * deny",
                "a +x+y.z_- test-vm1 @default ask",
                "a * @tag:t @default allow target=dom0",
                "a * @type:AppVM @dispvm allow target=@dispvm user=root",
                "a * uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4 @adminvm allow target=@adminvm notify=yes",
                "a * a b allow target=uuid:00000000-0000-0000-0000-000000000000",
                "a * @dispvm:x @dispvm:@tag:y ask target=@dispvm:x default_target=dom0 user=u notify=yes autostart=no",
                "a * a b deny notify=no"
            })
    @DisplayName("what is one is, and reads as it was written")
    void reads(String line) {
        assertEquals(line, rule(line).text());
        assertEquals(rule(line), rule(rule(line).text()));
    }

    @Test
    @DisplayName("a target is started unless the rule says no; only a denial is told")
    void defaults() {
        assertTrue(rule("* * a b allow").autostart());
        assertTrue(rule("* * a b ask").autostart());
        assertEquals(
                List.of(false, false, true),
                List.of("allow", "ask", "deny").stream()
                        .map(action -> rule("* * a b " + action).told())
                        .toList());
    }
}
