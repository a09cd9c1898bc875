package qubes.hypervisor.libvirt.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates are trusted, values are not: what a value holds is text, whatever it looks like. */
class HostileValuesTest {
    private static final String HOSTILE =
            "{{ bug('ran') }}{% include 'secret' %}{# #}${vm}#{vm}%s%n<a b=\"c\" d='e'>&amp;";
    private static final String ESCAPED =
            "{{ bug(&#39;ran&#39;) }}{% include &#39;secret&#39; %}{# #}${vm}#{vm}%s%n"
                    + "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;";

    /** A view with a secret that it does not show. */
    private record View(String name) implements Visible {
        @SuppressWarnings({"unused", "EffectivelyPrivate", "UnusedMethod"}) // what is reached for
        public String getSecret() {
            return "secret";
        }

        @Override
        public @Nullable Object attribute(String attribute) {
            return switch (attribute) {
                case "name" -> name;
                case "names" -> List.of(name);
                case "options" -> Map.of("key", name);
                case "echo" -> (Callable) arguments -> arguments.text(0, "text");
                default -> Undefined.attribute("vm", attribute);
            };
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static String render(String template) {
        Map<String, String> templates =
                Map.of(
                        "main", template,
                        "secret", "a file",
                        "part", "{{ vm.name }}",
                        "base", "{% block b %}{{ vm.name }}{% endblock %}");
        return new Jinja(name -> Optional.ofNullable(templates.get(name)))
                .render("main", Map.of("vm", new View(HOSTILE), "bug", Jinja.bug()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ vm.name }}",
                "{{ vm }}",
                "{{ vm['name'] }}",
                "{{ vm.options.key }}{{ '' }}",
                "{{ vm.options.get('key') }}",
                "{{ vm.options.get('none', vm.name) }}",
                "{{ vm.echo(vm.name) }}",
                "{{ vm.echo(text=vm.name) }}",
                "{{ vm.names[0] }}",
                "{{ vm.names|first }}",
                "{{ vm.names|join }}",
                "{{ ''.join(vm.names) }}",
                "{{ vm.name ~ '' }}",
                "{{ vm.name + '' }}",
                "{{ vm.name|string }}",
                "{{ vm.name|e }}",
                "{{ vm.name.strip() }}",
                "{{ nothing|default(vm.name) }}",
                "{{ 'x'|replace('x', vm.name) }}",
                "{{ ('x'|safe)|replace('x', vm.name) }}",
                "{{ ('x'|safe).replace('x', vm.name) }}",
                "{{ '%s'|format(vm.name) }}",
                "{{ vm.name if vm.name else '' }}",
                "{{ '' or vm.name }}",
                "{% set x = vm.name %}{{ x }}",
                "{% set x %}{{ vm.name }}{% endset %}{{ x }}",
                "{% set n = namespace(x=vm.name) %}{{ n.x }}",
                "{% for x in vm.names %}{{ x }}{% endfor %}",
                "{% for c in vm.name %}{{ c }}{% endfor %}",
                "{% for k, v in vm.options.items() %}{{ v }}{% endfor %}",
                "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(vm.name) }}",
                "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(x=vm.name) }}",
                "{% if vm.name %}{{ vm.name }}{% endif %}",
                "{% include 'part' %}",
                "{% extends 'base' %}{% block b %}{{ super() }}{% endblock %}",
            })
    @DisplayName("a value that looks like a template comes out as text, escaped once")
    void valuesAreNeverRendered(String template) {
        assertEquals(ESCAPED, render(template));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ vm.secret }}",
                "{{ vm.getSecret() }}",
                "{{ vm.get_secret() }}",
                "{{ vm['secret'] }}",
                "{{ vm|attr('secret') }}",
                "{{ vm.class }}",
                "{{ vm.getClass() }}",
                "{{ vm.toString() }}",
                "{{ ''.getClass() }}",
                "{{ ''.class }}",
                "{{ [].getClass() }}",
                "{{ {}.getClass() }}",
                "{{ 1.getClass() }}",
                "{{ (1).class }}",
                "{{ true.getClass() }}",
                "{{ none.getClass() }}",
                "{{ range(1).getClass() }}",
                "{{ namespace().getClass() }}",
                "{{ ('x'|safe).getClass() }}",
                "{% for x in vm.names %}{{ loop.getClass() }}{% endfor %}",
                "{% for class, secret in [vm] %}{{ secret }}{% endfor %}",
                "{{ ____int3rpr3t3r____ }}",
                "{{ ____int3rpr3t3r____.config }}",
                "{{ ____int3rpr3t3r____.render(vm.name) }}",
                "{{ vm['filter:safe'] }}",
                "{{ vm['filter:safe'].getName() }}",
                "{{ vm['exptest:string'].getName() }}",
                "{{ vm.name|render }}",
                "{{ vm|tojson }}",
                "{{ vm|toyaml }}",
                "{{ vm|pprint }}",
                "{{ '{}'|fromjson }}",
                "{{ [vm]|map('tojson')|list }}",
                "{{ [vm]|map('render')|list }}",
                "{{ [vm.name]|map('nothing')|list }}",
                "{{ type(vm) }}",
                "{{ vm|log }}",
                "{% macro m() %}x{% endmacro %}{{ m.getClass() }}",
                "{% include vm.name %}",
                "{% call m() %}{% endcall %}",
                "{% autoescape false %}{{ vm.name }}{% endautoescape %}",
                "{% print vm.name %}",
                "{% cycle vm.name %}",
            })
    @DisplayName("no method or field of Java is reached, nor a tag or filter that is not listed")
    void nothingOfJavaIsReached(String template) {
        assertThrows(TemplateException.class, () -> render(template));
    }
}
