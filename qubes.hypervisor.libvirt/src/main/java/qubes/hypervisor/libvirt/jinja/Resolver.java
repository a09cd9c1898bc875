package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.AbstractFilter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * What templates reach of a value by {@code value.name}, {@code value['name']} and {@code
 * value.name(…)}. No reflection: {@link Visible} objects, texts, lists, dicts and the loop show
 * what is written here; anything else shows nothing.
 */
final class Resolver extends ELResolver {
    @Override
    public Object getValue(ELContext context, Object base, Object property) {
        context.setPropertyResolved(true);
        String name = String.valueOf(property);
        return guarded(() -> Values.of(item(base, name)));
    }

    private static @Nullable Object item(Object base, String name) {
        if (base instanceof Visible visible) {
            return visible.item(name);
        }
        if (base instanceof Map<?, ?> map) {
            return map.containsKey(name) ? map.get(name) : Undefined.attribute("dict", name);
        }
        if (base instanceof List<?> list) {
            return element(list, name);
        }
        if (Values.isText(base)) {
            return element(Values.iterate(base), name);
        }
        return base instanceof ForLoop loop
                ? ofLoop(loop, name)
                : Undefined.attribute(Values.nameOf(Undefined.refuse(base)), name);
    }

    private static @Nullable Object element(List<?> list, String index) {
        if (!index.matches("-?\\d{1,9}")) {
            return Undefined.attribute("list", index);
        }
        int i = Integer.parseInt(index);
        int at = i < 0 ? i + list.size() : i;
        return at < 0 || at >= list.size() ? Undefined.attribute("list", index) : list.get(at);
    }

    private static Object ofLoop(ForLoop loop, String name) {
        return switch (name) {
            case "index" -> loop.getIndex();
            case "index0" -> loop.getIndex0();
            case "revindex" -> loop.getLength() - loop.getIndex0();
            case "revindex0" -> loop.getLength() - loop.getIndex();
            case "first" -> loop.isFirst();
            case "last" -> loop.isLast();
            case "length" -> loop.getLength();
            default -> Undefined.attribute("loop", name);
        };
    }

    @Override
    public Object invoke(
            ELContext context,
            Object base,
            Object method,
            Class<?> @Nullable [] types,
            @Nullable Object[] passed) {
        context.setPropertyResolved(true);
        String name = String.valueOf(method);
        return guarded(() -> Values.of(result(base, name, passed)));
    }

    private static @Nullable Object result(Object base, String name, @Nullable Object[] passed) {
        if (base instanceof Filter filter) {
            return filtered(filter, passed);
        }
        if (base instanceof ExpTest test) {
            return tested(test, name, passed);
        }
        Object found =
                base instanceof Visible visible
                        ? visible.attribute(name)
                        : Methods.find(base, name);
        if (Undefined.refuse(found) instanceof Callable callable) {
            return callable.call(Arguments.of(passed));
        }
        throw new TemplateException("'" + name + "' cannot be called");
    }

    /** jinjava passes the value, the interpreter, a list and a dict of arguments. */
    @SuppressWarnings("unchecked")
    private static @Nullable Object filtered(Filter filter, @Nullable Object[] passed) {
        Object value =
                filter instanceof Builtins.Default
                        ? passed[0]
                        : Builtins.taken(filter.getName(), Undefined.refuse(passed[0]));
        Object[] positional = (Object[]) passed[2];
        Map<String, Object> named = new LinkedHashMap<>((Map<String, Object>) passed[3]);
        if (!(filter instanceof AbstractFilter) && !(filter instanceof AdvancedFilter)) {
            // jinjava passes all as texts, Java's, and those by name by their order
            if (!named.isEmpty()) {
                throw new TemplateException(
                        "the filter " + filter.getName() + " takes no arguments by name here");
            }
            Arrays.setAll(
                    positional,
                    i ->
                            positional[i] instanceof Boolean
                                    ? Values.text(positional[i])
                                    : positional[i]);
        }
        if (value instanceof SafeString) {
            // what a filter puts into XML must be XML; what replace looks for stays as it is
            int from = filter.getName().equals("replace") ? 1 : 0;
            for (int i = from; i < positional.length; i++) {
                positional[i] = escaped(positional[i]);
            }
            named.replaceAll((key, argument) -> escaped(argument));
        }
        Object result = filter.filter(value, (JinjavaInterpreter) passed[1], positional, named);
        return result == null
                ? new Undefined("the filter " + filter.getName() + " gives nothing")
                : result;
    }

    private static Object escaped(Object argument) {
        return argument instanceof String ? Values.xml(argument) : argument;
    }

    private static boolean tested(ExpTest test, String name, @Nullable Object[] passed) {
        return name.equals("evaluateNegated")
                != test.evaluate(
                        passed[0],
                        (JinjavaInterpreter) passed[1],
                        Arrays.copyOfRange(passed, 2, passed.length));
    }

    /** Faults of ours pass; of others, jinjava would swallow some. */
    private static <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (TemplateException e) {
            throw e;
        } catch (UnsupportedOperationException e) {
            throw new TemplateException("this value cannot be changed", e);
        } catch (RuntimeException e) {
            throw new TemplateException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        throw new TemplateException("attributes are set by {% set %} only");
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        return Object.class;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
        return Collections.emptyIterator();
    }
}
