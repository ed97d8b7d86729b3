namespace Serverless.Inference.Chat.Jinja;

/// <summary>
/// What a missing name, attribute or element gives. Prints as nothing and is false and empty, unless the template is strict;
/// any other use is an error that says what was missing.
/// </summary>
internal sealed class Undefined
{
    private static readonly object s_noOwner = new();
    private readonly Run _run;
    private readonly object? _owner;
    private readonly object? _name;
    private readonly string? _hint;

    private Undefined(Run run, object? owner, object? name, string? hint)
    {
        _run = run;
        _owner = owner;
        _name = name;
        _hint = hint;
    }

    public bool IsStrict => _run.Options.StrictUndefined;

    public static Undefined Name(Run run, string name) => new(run, s_noOwner, name, null);

    public static Undefined Member(Run run, object? owner, object? name) => new(run, owner, name, null);

    public static Undefined Because(Run run, string reason) => new(run, s_noOwner, null, reason);

    /// <summary>The error for a use that nothing undefined allows.</summary>
    public JinjaException Fail()
    {
        if (_hint is not null)
            return new JinjaException(_hint);
        if (ReferenceEquals(_owner, s_noOwner))
            return new JinjaException($"{Display.Repr(_name)} is undefined{Suggest(_run.KnownNames())}");
        var owner = _owner is null ? "None" : TypeNames.Qualified(_owner) + " object";
        if (_name is not string)
            return new JinjaException($"{owner} has no element {Display.Repr(_name)}");
        var known = Mappings.Is(_owner) ? Mappings.Keys(_owner!).OfType<string>() : [];
        return new JinjaException($"{Display.Repr(owner)} has no attribute {Display.Repr(_name)}{Suggest(known)}");
    }

    /// <summary>Throws if the template is strict.</summary>
    public void ThrowIfStrict()
    {
        if (IsStrict)
            throw Fail();
    }

    private string Suggest(IEnumerable<string> known) =>
        _name is string name && NearestName.Find(name, known) is { } nearest ? $"; did you mean {Display.Repr(nearest)}?" : "";
}
