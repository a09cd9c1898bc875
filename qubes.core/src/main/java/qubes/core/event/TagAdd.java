package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/** A tag was added. */
public record TagAdd(PropertyHolder subject, String tag) implements Event {
    /**
     * {@return the events of one tag; the name may hold wildcards}
     *
     * @param tag the tag, which may hold wildcards
     */
    public static EventPattern<TagAdd> of(String tag) {
        return EventPattern.of(TagAdd.class, "domain-tag-add:" + tag);
    }

    @Override
    public String wireName() {
        return "domain-tag-add:" + tag;
    }

    @Override
    public Object topic() {
        return tag;
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("tag", tag);
    }
}
