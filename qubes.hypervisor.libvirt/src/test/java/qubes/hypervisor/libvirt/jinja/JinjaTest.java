package qubes.hypervisor.libvirt.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JinjaTest {
    /** A domain as a view shows it. */
    private static final Visible VM =
            new Visible() {
                @Override
                public @Nullable Object attribute(String name) {
                    return switch (name) {
                        case "name" -> "a<b>&\"'";
                        case "memory" -> 400;
                        case "debug" -> true;
                        case "netvm" -> null;
                        case "virt_mode" -> "hvm";
                        case "disks" -> List.of("root", "private");
                        case "is_running" -> (Callable) arguments -> true;
                        case "check" ->
                                (Callable)
                                        a ->
                                                a.text(0, "name").equals("known")
                                                        ? "yes"
                                                        : a.get(1, "default", null);
                        default -> Undefined.attribute("vm", name);
                    };
                }

                @Override
                public String toString() {
                    return "work";
                }
            };

    private static String render(String template, String... others) {
        Map<String, String> templates = new HashMap<>();
        templates.put("main", template);
        for (int i = 0; i < others.length; i += 2) {
            templates.put(others[i], others[i + 1]);
        }
        return new Jinja(name -> Optional.ofNullable(templates.get(name)))
                .render("main", Map.of("vm", VM, "bug", Jinja.bug()));
    }

    // the right column is what Jinja2 3.1 with StrictUndefined and autoescape gives
    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource(
            delimiter = '│',
            quoteCharacter = '`',
            value = {
                // values
                "{{ 1 + 2 * 3 }} │ 7",
                "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ 2 ** 10 }} {{ 7 / 2 }} │ 3 -4 1 1024 3.5",
                "{{ vm.memory+1 }} │ 401",
                "{{ 'a' 'b' ~ 1 ~ none }} │ ab1None",
                "{{ [1, 'x', true, none] }} │ [1, &#39;x&#39;, True, None]",
                "{{ {'a': 1}['a'] }}{{ {'a': 1}.a }} │ 11",
                "{{ (1, 2)[1] }}{{ [1, 2, 3][-1] }} │ 23",
                "{{ 'abcdef'[2] }}{{ 'abcdef'[1:3] }}{{ 'abc'[:-1] }} │ cbcab",
                "{{ 'yes' if vm.debug else 'no' }} │ yes",
                "{{ 'no' if not vm.debug else 'yes' }} │ yes",
                // comparisons
                "{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ 'a' != 'b' }} {{ vm == 'work' }} │ True True True True",
                "{{ 'x' in 'xyz' }} {{ 1 not in [1] }} {{ 'a' in {'a': 1} }} │ True False True",
                "{{ vm.virt_mode in ('hvm', 'pv') }} │ True",
                "{{ vm.netvm is none }} {{ vm.netvm == None }} {{ vm.netvm }} │ True True None",
                "{{ vm.nothing is defined }} {{ nothing is undefined }} {{ vm.memory is defined }} │ False True True",
                "{{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 'a' is string }} {{ 1 is not none }} │ True True True True",
                "{{ none or 'x' }} {{ '' and 1 }}│ `x `",
                // methods and calls
                "{{ 'AbC'.lower() }} {{ 'x y'.split() }} {{ ' a '.strip() }}. │ abc [&#39;x&#39;, &#39;y&#39;] a.",
                "{{ '-5'.lstrip('-').isdigit() }} {{ ''.isdigit() }} │ True False",
                "{{ 'a.b.c'.split('.', 1)[1] }} {{ ','.join(['a', 'b']) }} │ b.c a,b",
                "{{ 'xvda'.replace('xvd', 'vd') }} {{ 'abc'.startswith(('x', 'a')) }} │ vda True",
                "{{ '%02x:%s' % (10, 'z') }} {{ '{:04x} {}'.format(255, 'q') }} │ 0a:z 00ff q",
                "{{ vm.check('known') }} {{ vm.check('other', 'd') }} {{ vm.check('other', default='k') }} │ yes d k",
                "{{ vm.check(name='other', default=none) }} {{ vm.is_running() }} │ None True",
                // filters
                "{{ nothing|default('d') }} {{ vm.nothing|d('e') }} {{ ''|default('f', true) }} │ d e f",
                "{{ '12'|int + 1 }} {{ 'x'|int(7) }} {{ 'ff'|int(base=16) }} {{ '1.5'|float }} │ 13 7 255 1.5",
                "{{ vm.disks|length }} {{ vm.disks|join('-') }} {{ vm.disks|first }} {{ vm.disks|last }} │ 2 root-private root private",
                "{{ [3, 1]|sort }} {{ 'ab'|upper }} {{ [1, 2]|map('string')|list }} │ [1, 3] AB [&#39;1&#39;, &#39;2&#39;]",
                "{{ [1, 2, 3]|select('odd')|list }} {{ [{'a': 1}]|map(attribute='a')|list }} │ [1, 3] [1]",
                "{{ 'a-b'|replace('-', '+') }} {{ -3|abs }} {{ [1, 2]|sum }} │ a+b 3 3",
                // statements
                "{% if vm.netvm %}a{% elif vm.debug %}b{% else %}c{% endif %} │ b",
                "{% for d in vm.disks %}{{ loop.index }}{{ d }}{% if not loop.last %},{% endif %}{% endfor %} │ 1root,2private",
                "{% for x in [] %}a{% else %}none{% endfor %} │ none",
                "{% for k, v in {'a': 1, 'b': 2}.items() if v > 1 %}{{ k }}{{ v }}{% endfor %} │ b2",
                "{% set c = 0 %}{% for i in [1, 2] %}{% set c = c + 1 %}{% endfor %}{{ c }} │ 0",
                "{% set n = namespace(c=0) %}{% for i in [1, 2] %}{% set n.c = n.c + i %}{% endfor %}{{ n.c }} │ 3",
                "{% set a, b = 1, 2 %}{{ a }}{{ b }} │ 12",
                "{% set d = {'i': 0} %}{% do d.update({'i': 5}) %}{{ d.i }} │ 5",
                "{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=3) }} │ [12][13]",
                "{% with x = 1 %}{{ x }}{% endwith %} │ 1",
                "{% raw %}{{ x }}{% endraw %} │ {{ x }}",
                "{# a comment #}x{#- another -#} y │ xy",
                "a {%- if true -%} b {%- endif -%} c │ abc",
                "{% filter upper %}a{{ 1 }}b{% endfilter %} │ A1B",
                "{{ range(3)|list }} {{ range(1, 6, 2)|list }} │ [0, 1, 2] [1, 3, 5]",
            })
    @DisplayName("templates mean what they mean to Jinja2")
    void meansWhatItMeansToPython(String template, String expected) {
        assertEquals(expected, render(template));
    }

    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource(
            delimiter = '│',
            value = {
                "{{ vm.name }} │ a&lt;b&gt;&amp;&#34;&#39;",
                "{{ vm.name ~ '<' }} │ a&lt;b&gt;&amp;&#34;&#39;&lt;",
                "{{ vm.name|safe }} │ a<b>&\"'",
                "{{ vm.name|e }} │ a&lt;b&gt;&amp;&#34;&#39;",
                "{{ vm.name|e ~ '<' }} │ a&lt;b&gt;&amp;&#34;&#39;&lt;",
                "{% set x %}<x>{{ '<' }}</x>{% endset %}{{ x }} │ <x>&lt;</x>",
                "{% macro m(a) %}<m>{{ a }}</m>{% endmacro %}{{ m('<') }} │ <m>&lt;</m>",
                "{{ ['<'] }} │ [&#39;&lt;&#39;]",
                "{{ '<%s>' % 'x' }} │ &lt;x&gt;",
            })
    @DisplayName("every value is escaped once, and only what is XML already is not")
    void escapesEveryValue(String template, String expected) {
        assertEquals(expected, render(template));
    }

    @Test
    @DisplayName("line ends and tabs in a value reach an XML reader as they are")
    void keepsLineEnds() {
        assertEquals("a=\"x&#10;y&#9;z\"", render("a=\"{{ 'x\\ny\\tz' }}\""));
    }

    @ParameterizedTest(name = "{0} is refused: {1}")
    @CsvSource(
            delimiter = '│',
            value = {
                "{{ nothing }} │ main, line 1: 'nothing' is undefined",
                "{{ vm.nothing }} │ main, line 1: 'vm' has no 'nothing'",
                "{{ vm.netvm.name }} │ main, line 1: 'None' has no 'name'",
                "{% if nothing %}x{% endif %} │ main, line 1: 'nothing' is undefined",
                "{{ vm.check(nothing) }} │ main, line 1: 'nothing' is undefined",
                "{{ bug('no', 1) }} │ main, line 1: no 1",
                "{{ 1 + 'a' }} │ main, line 1: '+' does not work on int and text",
                "{{ 1 // 0 }} │ main, line 1: division by zero",
                "{{ 9223372036854775807 + 1 }} │ main, line 1: a number is too large",
                "{{ 'a'|nofilter }} │ main, line 1: no filter named 'nofilter'",
                "{{ 1 is notest }} │ main, line 1: no test named 'notest'",
                "{{ vm() }} │ main, line 1: work cannot be called",
                "{{ 'a'.getClass() }} │ main, line 1: 'text' has no 'getClass'",
                "{% frob %} │ main, line 1: unknown or misplaced tag {% frob %}",
                "{% if x %} │ main, line 1: the template ends",
                "{% endif %} │ main, line 1: unknown or misplaced tag {% endif %}",
                "{{ 1 │ main, line 1: {{ without }}",
                "{{ 1 2 }} │ main, line 1: unexpected '2'",
                "{{ ) }} │ main, line 1: unexpected ')'",
                "{% include 'missing' %} │ main, line 1: there is no template missing",
                "{% extends 'missing' %} │ there is no template missing",
                "{% extends 'main' %} │ without end",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} │ without end",
                "{{ 'x' * 10000 * 10000 }} │ ",
                "{% for a in range(10000) %}{% for b in range(10000) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %} │ larger than 1 MiB",
                "{{ range(100000000) }} │ larger than 10000",
                "{{ loop.index }} │ 'loop' is undefined",
                "{% set vm.memory = 1 %} │ only attributes of a namespace() can be set",
            })
    @DisplayName("what is wrong is refused, with the place and the fault")
    void refusesWhatIsWrong(String template, @Nullable String expected) {
        String message =
                String.valueOf(
                        assertThrows(TemplateException.class, () -> render(template)).getMessage());
        assertTrue(message.contains(expected == null ? "main" : expected), message);
    }

    @Test
    @DisplayName("a fault in the third line of an included template is reported there")
    void reportsThePlace() {
        String message =
                String.valueOf(
                        assertThrows(
                                        TemplateException.class,
                                        () ->
                                                render(
                                                        "x\n{% include 'part' %}",
                                                        "part", "1\n2\n{{ oh }}"))
                                .getMessage());
        assertEquals("part, line 3: 'oh' is undefined", message);
    }

    @Test
    @DisplayName(
            "a child replaces blocks, keeps what it does not mention, and can use the parent's")
    void childrenReplaceBlocks() {
        String base =
                "<d>{% block a %}A{% endblock %}{% block b %}B{% block c %}C{% endblock %}{% endblock %}</d>";
        assertEquals("<d>ABC</d>", render("{% extends 'base' %}", "base", base));
        assertEquals(
                "<d>[A]BC</d>",
                render(
                        "{% extends 'base' %}{% block a %}[{{ super() }}]{% endblock %}",
                        "base", base));
        assertEquals(
                "<d>AB*</d>",
                render("{% extends 'base' %}{% block c %}*{% endblock %} lost", "base", base));
        assertEquals(
                "<d>(x(A))BC</d>",
                render(
                        "{% extends 'middle' %}{% set v = 'x' %}{% block a %}({{ v }}{{ super() }}){% endblock %}",
                        "middle",
                        "{% extends 'base' %}{% block a %}({{ super() }}){% endblock %}",
                        "base",
                        base));
        assertEquals(
                "<d>A<n>new</n></d>",
                render(
                        "{% extends 'base' %}{% block b %}<n>{% block n %}new{% endblock %}</n>{% endblock %}",
                        "base", base));
    }

    @Test
    @DisplayName("included templates see the variables around them, imported macros do not")
    void includesAndImports() {
        assertEquals(
                "[1][2]",
                render("{% for x in [1, 2] %}{% include 'p' %}{% endfor %}", "p", "[{{ x }}]"));
        assertEquals("", render("{% include 'p' ignore missing %}"));
        String macros = "{% macro disk(d) %}<disk n=\"{{ d }}\"/>{% endmacro %}";
        assertEquals(
                "<disk n=\"a&lt;\"/>",
                render("{% import 'm' as m %}{{ m.disk('a<') }}", "m", macros));
        assertEquals(
                "<disk n=\"a\"/>",
                render("{% from 'm' import disk as d %}{{ d('a') }}", "m", macros));
        assertThrows(
                TemplateException.class,
                () ->
                        render(
                                "{% set x = 1 %}{% import 'm' as m %}{{ m.f() }}",
                                "m", "{% macro f() %}{{ x }}{% endmacro %}"));
    }

    @Test
    @DisplayName("nonsense of any kind ends in an error of the engine, never in another one")
    void survivesNonsense() {
        String pieces =
                "{{ }} {% %} {# #} ( ) [ ] { } . , | : ' \" if for in set block x 1 - + ~ is not vm.name";
        List<String> words = Arrays.asList(pieces.split(" "));
        java.util.Random random = new java.util.Random(42);
        for (int i = 0; i < 20_000; i++) {
            String template =
                    random.ints(1 + random.nextInt(12), 0, words.size())
                            .mapToObj(words::get)
                            .collect(Collectors.joining(random.nextBoolean() ? " " : ""));
            try {
                render(template);
            } catch (TemplateException e) {
                assertTrue(String.valueOf(e.getMessage()).length() > 3, template);
            } catch (RuntimeException e) {
                throw new AssertionError(template, e);
            }
        }
    }
}
