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
        templates.put("extending", "{% extends 'main' %}");
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
                "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 7 / 2 }} │ 3 -4 1 2 1024 3.5",
                "{{ 'a' ~ 'b' ~ 1 ~ none ~ true }} │ ab1NoneTrue",
                "{{ vm.memory+1 }}{{ vm.memory + 1 }}{{ 'a'+'b' }}{{ -1 }} │ 401401ab-1",
                "{{ [1, 'x', true, none] }} │ [1, &#39;x&#39;, True, None]",
                "{{ {'a': 1}['a'] }}{{ {'a': 1}.a }} │ 11",
                "{{ (1, 2)[1] }}{{ [1, 2, 3][-1] }} │ 23",
                "{{ 'abcdef'[2] }}{{ 'abcdef'[1:3] }}{{ 'abc'[:-1] }} │ cbcab",
                "{{ 'yes' if vm.debug else 'no' }} │ yes",
                "{{ 'no' if not vm.debug else 'yes' }} │ yes",
                // comparisons
                "{{ 1 < 2 }} {{ 1 == 1.0 }} {{ 'a' != 'b' }} {{ vm == 'work' }} {{ 1 == '1' }} │ True True True True False",
                "{{ '4.10' >= '4.2' }} {{ 'b' > 'a' }} {{ [6, 58] in [[6, 58]] }} {{ (6, 58) in [(6, 62)] }} │ False True True False",
                "{{ not vm.virt_mode == 'pv' }} {{ not vm.netvm is none }} {{ not 'x' in 'y' and not false }} │ True False True",
                "{{ vm.virt_mode != 'pv' and not vm.memory < 300 or false }} {{ true == 1 }} {{ not not 1 }} │ True True True",
                "{{ 'x' in 'xyz' }} {{ 1 not in [1] }} {{ 'a' in {'a': 1} }} │ True False True",
                "{{ vm.virt_mode in ('hvm', 'pv') }} │ True",
                "{{ vm.netvm is none }} {{ vm.netvm == None }} {{ vm.netvm }} │ True True None",
                "{{ vm.nothing is defined }} {{ nothing is undefined }} {{ vm.memory is defined }} │ False True True",
                "{{ 'a' is sequence }} {{ 1 is iterable }} {{ 1 is eq '1' }} {{ 2 is in [1, 2] }} {{ {} is mapping }} │ True False False True True",
                "{{ true|upper }} {{ none|lower }} {{ 'abc'|join('-') }} {{ 'ba'|sort|join }} {{ true|int }} │ TRUE none a-b-c ab 1",
                "{{ [1, 2]|reverse|list }} {{ 'ab'|reverse }} │ [2, 1] ba",
                "{{ 'x'|replace('x', true) }} {{ [1, 2]|reject('eq', 1)|list }} {{ ['a']|select('in', 'ab')|list }} │ True [2] [&#39;a&#39;]",
                "{{ 3 is odd }} {{ 4 is divisibleby 2 }} {{ 'a' is string }} {{ 1 is not none }} │ True True True True",
                "{{ none or 'x' }} {{ 'x' and 1 }} {{ 0 and 1 }} {{ not '' }} │ x 1 0 True",
                "{{ 'yes' if 'False' else 'no' }}{% if 'false' %}1{% endif %}{{ [] or {} or 0 or 'z' }} │ yes1z",
                // methods and calls
                "{{ 'AbC'.lower() }} {{ 'x y'.split() }} {{ ' a '.strip() }}. │ abc [&#39;x&#39;, &#39;y&#39;] a.",
                "{{ '-5'.lstrip('-').isdigit() }} {{ ''.isdigit() }} │ True False",
                "{{ 'a.b.c'.split('.', 1)[1] }} {{ ','.join(['a', 'b']) }} │ b.c a,b",
                "{{ 'xvda'.replace('xvd', 'vd') }} {{ 'abc'.startswith(('x', 'a')) }} │ vda True",
                "{{ '%02x:%s'|format(10, 'z') }} {{ '7'.zfill(3) }} {{ 'a/b'.removeprefix('a/') }} │ 0a:z 007 b",
                "{% set t = '-5' %}{{ t.startswith('-') and t[1:].isdigit() }} {{ t.lstrip('-') }} │ True 5",
                "{{ vm.check('known') }} {{ vm.check('other', 'd') }} {{ vm.check('other', default='k') }} │ yes d k",
                "{{ vm.check(name='other', default=none) }} {{ vm.is_running() }} │ None True",
                // filters
                "{{ nothing|default('d') }} {{ vm.nothing|d('e') }} {{ ''|default('f', true) }} │ d e f",
                "{{ '12'|int + 1 }} {{ 'x'|int(7) }} {{ '1.5'|float }} │ 13 7 1.5",
                "{{ vm.disks|length }} {{ vm.disks|join('-') }} {{ vm.disks|first }} {{ vm.disks|last }} │ 2 root-private root private",
                "{{ [3, 1]|sort }} {{ 'ab'|upper }} {{ [1, 2]|map('string')|list }} │ [1, 3] AB [&#39;1&#39;, &#39;2&#39;]",
                "{{ [{'a': 1}, {'a': 0}]|selectattr('a')|list }} {{ [{'a': 1}]|rejectattr('a', 'eq', 1)|list }} │ [{&#39;a&#39;: 1}] []",
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
                "{% set d = {'i': 0} %}{% if d.update({'i': d.i + 1}) %}{% endif %}{{ d['i'] }} │ 1",
                "{% set l = [] %}{% do l.append(1) %}{% do l.extend([2]) %}{{ l }} │ [1, 2]",
                "{% for d in vm.disks if d != 'root' %}{{ loop.index }}{{ d }}{% else %}none{% endfor %} │ 1private",
                "{% for d in vm.disks if d == ' if ' %}{{ d }}{% else %}none{% endfor %} │ none",
                "{% for d in (vm.disks if vm.debug else []) %}{{ loop.revindex }}{% endfor %} │ 21",
                "{% for c in 'ab' %}{{ c }}.{% endfor %}{% for k in {'a': 1} %}{{ k }}{% endfor %} │ a.b.a",
                "{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=3) }} │ [12][13]",
                "{% raw %}{{ x }}{% endraw %} │ {{ x }}",
                "{# a comment #}x{#- another -#} y │ xy",
                "a {%- if true -%} b {%- endif -%} c │ abc",
                "{% set x %}a{{ 1 }}b{% endset %}{{ x|upper }} │ A1B",
                "{% set x | upper %}a{% endset %}{{ x }} │ A",
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
                "{{ vm.name }} │ a&lt;b&gt;&amp;&quot;&#39;",
                "{{ vm.name ~ '<' }} │ a&lt;b&gt;&amp;&quot;&#39;&lt;",
                "{{ vm.name|safe }} │ a<b>&\"'",
                "{{ vm.name|e }} │ a&lt;b&gt;&amp;&quot;&#39;",
                "{{ vm.name|e|e }} │ a&lt;b&gt;&amp;&quot;&#39;",
                "{{ '<'|e|forceescape }} │ &amp;lt;",
                "{{ vm.name|e ~ '<' }} │ a&lt;b&gt;&amp;&quot;&#39;&lt;",
                "{{ '<i/>'|safe + '<' }} │ <i/>&lt;",
                "{{ '<i/>'|safe|replace('<i/>', '<b>') }} │ &lt;b&gt;",
                "{{ ('<i/>'|safe).replace('i', '<') }} │ <&lt;/>",
                "{{ ('<i/>'|safe).upper() }} │ <I/>",
                "{{ ','.join(['<'|e, '<']) }} {{ (','|safe).join(['<'|e, '<']) }} │ &amp;lt;,&lt; &lt;,&lt;",
                "{{ nothing|default('<') }} │ &lt;",
                "{% set x %}<x>{{ '<' }}</x>{% endset %}{{ x }} │ <x>&lt;</x>",
                "{% macro m(a) %}<m>{{ a }}</m>{% endmacro %}{{ m('<') }} │ <m>&lt;</m>",
                "{{ ['<'] }} │ [&#39;&lt;&#39;]",
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
                "{{ 1 + 'a' }} │ main, line 1: '+' does not work on number and text",
                "{{ 1 + none }} │ main, line 1: '+' does not work on number and None",
                "{{ 'a' + none }} │ main, line 1: '+' does not work on text and None",
                "{{ [1] + 'a' }} │ main, line 1: '+' does not work on list and text",
                "{{ '' - 1 }} │ main, line 1: '' is no number",
                "{{ '1' < 2 }} │ main, line 1: cannot compare text with number",
                "{{ none < 2 }} │ main, line 1: cannot compare None with number",
                "{{ 1 == 2 == 3 }} │ main, line 1: comparisons in a row",
                "{{ 1 != 2 in [1] }} │ main, line 1: comparisons in a row",
                "{{ 2|join }} │ main, line 1: number has no elements",
                "{{ 'a' is odd }} │ main, line 1: text is no whole number",
                "{{ nothing + 1 }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing < 1 }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing == 1 }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing ~ 'x' }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing|upper }} │ main, line 1: 'nothing' is undefined",
                "{{ 'a' in nothing }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing.name }} │ main, line 1: 'nothing' is undefined",
                "{{ nothing.name() }} │ main, line 1: 'nothing' is undefined",
                "{% for x in nothing %}{% endfor %} │ main, line 1: 'nothing' is undefined",
                "{% set x = nothing %}{{ x }} │ main, line 1: 'nothing' is undefined",
                "{{ {'a': 1}.b }} │ main, line 1: 'dict' has no 'b'",
                "{{ {'a': 1}['b'] }} │ main, line 1: 'dict' has no 'b'",
                "{{ [1][1] }} │ main, line 1: 'list' has no '1'",
                "{{ 'x' if false }} │ main, line 1: ''x' if false' has no value",
                "{% for x in vm.netvm %}{% endfor %} │ main, line 1: None has no elements to go through",
                "{% for a, b in [1] %}{% endfor %} │ main, line 1: no 2 values in each element",
                "{{ '%s' % 1 }} │ main, line 1: text is no whole number",
                "{{ '%s' - 1 }} │ main, line 1: '%s' is no number",
                "{% include 'a' ~ 'b' %} │ main, line 1: {% include %} takes a name or a variable",
                "{% include 'a' ignore missing %} │ main, line 1: {% include %} takes a name or a variable",
                "{{ [1]|join(d='x') }} │ main, line 1: the filter join takes no arguments by name here",
                "{{ []|first }} │ main, line 1: the filter first gives nothing",
                "{% set a = 1, 2 %} │ main, line 1: {% set %} of several values without brackets",
                "{% block %}{% endblock %} │ main, line 1: {% block %} without a name",
                "{% include 'extending' %} │ extending, line 1: {% extends %} in a template that is included",
                "{{ super() }} │ main, line 1: super() where no block is overridden",
                "{% do vm.disks.append('x') %} │ main, line 1: this value cannot be changed",
                "{{ 1 // 0 }} │ main, line 1: ArithmeticException",
                "{{ 'a'|nofilter }} │ main, line 1: no filter named 'nofilter'",
                "{{ 1 is notest }} │ main, line 1: no test named 'notest'",
                "{{ vm() }} │ main, line 1: Could not resolve function 'vm'",
                "{{ vm.name() }} │ main, line 1: 'name' cannot be called",
                "{% frob %} │ main, line 1: Syntax error in '{% frob %}': Unknown tag: frob",
                "{% if x %} │ main, line 1: Syntax error in '{% if x %}': Missing end tag: endif",
                "{% endif %} │ main, line 1: Missing start tag",
                "{{ 1 │ main, line 1: Unclosed token",
                "{{ 1 2 }} │ main, line 1: Error parsing '1 2': syntax error at position 5",
                "{{ 1 < 2 < 3 }} │ main, line 1: Error parsing '1 < 2 < 3'",
                "{{ ) }} │ main, line 1: Error parsing ')': syntax error at position 3",
                "{% include 'missing' %} │ main, line 1: there is no template missing",
                "{% extends 'missing' %} │ there is no template missing",
                "{% extends 'main' %} │ without end",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }} │ Cycle detected for macro 'm'",
                "{{ 'x' * 10000 * 10000 }} │ main, line 1: 'x' is no number",
                "{% for a in range(10000) %}{% for b in range(10000) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %} │ over limit of 1048576 bytes",
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
                "<d>[A]B(C)</d>",
                render(
                        "{% extends 'base' %}{% block a scoped %}[{{ super() }}]{% endblock a %}"
                                + "{% if true %}{% block c %}({{ super() }}){% endblock %}{% endif %}",
                        "base", base));
        assertEquals(
                "<d>1A2A</d>",
                render(
                        "{% extends 'loop' %}{% block x %}{{ n }}{{ super() }}{% endblock %}",
                        "loop",
                        "<d>{% for n in [1, 2] %}{% block x %}A{% endblock %}{% endfor %}</d>"));
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
    @DisplayName("included templates see the variables around them, macros can be imported")
    void includesAndImports() {
        assertEquals(
                "[1][2]",
                render("{% for x in [1, 2] %}{% include 'p' %}{% endfor %}", "p", "[{{ x }}]"));
        assertEquals(
                "[1]", render("{% set x = 1 %}{% include 'p' with context %}", "p", "[{{ x }}]"));
        assertEquals(
                "21",
                render("{% set x = 1 %}{% include 'p' %}{{ x }}", "p", "{% set x = 2 %}{{ x }}"));
        assertEquals("p", render("{% set n = 'p' %}{% include n %}", "p", "p"));
        String macros = "{% macro disk(d) %}<disk n=\"{{ d }}\"/>{% endmacro %}";
        assertEquals(
                "<disk n=\"a&lt;\"/>",
                render("{% import 'm' as m %}{{ m.disk('a<') }}", "m", macros));
        assertEquals(
                "<disk n=\"a\"/>",
                render("{% from 'm' import disk as d %}{{ d('a') }}", "m", macros));
    }

    @Test
    @DisplayName("nonsense of any kind ends in an error of the engine, never in another one")
    void survivesNonsense() {
        String pieces =
                "{{ }} {% %} {# #} ( ) [ ] { } . , | : ' \" if for in set block x 1 - + ~ is not vm.name";
        List<String> words = Arrays.asList(pieces.split(" "));
        java.util.Random random = new java.util.Random(42);
        for (int i = 0; i < 5_000; i++) {
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
