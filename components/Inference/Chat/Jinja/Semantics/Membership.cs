namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>in</c>: part of a text, key of a dict, element of anything that can be walked.</summary>
internal static class Membership
{
    public static bool Contains(Run run, object? container, object? item)
    {
        if (TextValue.TryGet(container, out var text))
        {
            if (!TextValue.TryGet(item, out var part))
            {
                (item as Undefined)?.ThrowIfStrict();
                throw new JinjaException($"'in <string>' requires string as left operand, not {TypeNames.Of(item)}");
            }

            run.ChargeText(text.Length);
            return text.Contains(part, StringComparison.Ordinal);
        }

        if (Mappings.Is(container))
            return Mappings.TryGet(container, item, out _);
        if (!Iteration.IsIterable(container))
            throw new JinjaException($"argument of type '{TypeNames.Of(container)}' is not iterable");
        foreach (var element in Iteration.Of(run, container))
        {
            if (ReferenceEquals(element, item) || Equality.Equal(run, element, item))
                return true;
        }

        return false;
    }
}
