namespace Serverless.Inference.Chat.Jinja;

/// <summary>The state of one rendering: variables, scope, place and what is left of the limits. Belongs to one thread.</summary>
internal sealed class Run(JinjaOptions options, IReadOnlyDictionary<string, object?> variables)
{
    private long _steps = options.MaxSteps;
    private int _depth;

    public JinjaOptions Options => options;

    /// <summary>The innermost scope. Starts as that of the template itself.</summary>
    public Scope Scope { get; set; } = new(null);

    /// <summary>Offset of the operation under way in the source, for the place of an error.</summary>
    public int Position { get; set; }

    /// <summary>A name as Jinja looks it up: scopes from the inside, the variables, the functions of the language.</summary>
    public object? Lookup(string name)
    {
        for (var scope = Scope; scope is not null; scope = scope.Parent)
        {
            if (scope.TryGet(name, out var value))
                return value;
        }

        if (variables.TryGetValue(name, out var given))
            return Import.Value(given);
        return Globals.All.TryGetValue(name, out var global) ? global : Undefined.Name(this, name);
    }

    public IEnumerable<string> KnownNames()
    {
        for (var scope = Scope; scope is not null; scope = scope.Parent)
        {
            foreach (var name in scope.Names)
                yield return name;
        }

        foreach (var name in variables.Keys.Concat(Globals.All.Keys))
            yield return name;
    }

    /// <summary>Counts one step.</summary>
    public void Step()
    {
        if (--_steps < 0)
            throw new JinjaException($"the template did more than {options.MaxSteps:N0} steps; its limit is MaxSteps");
    }

    /// <summary>Counts the work of something as large as <paramref name="elements"/>.</summary>
    public void Charge(long elements)
    {
        _steps -= elements;
        if (_steps < 0)
            throw new JinjaException($"the template did more than {options.MaxSteps:N0} steps; its limit is MaxSteps");
    }

    /// <summary>Counts the work on a text, and refuses one that is too long before it is made.</summary>
    public void ChargeText(long chars)
    {
        LimitText(chars);
        Charge(chars >> 6);
    }

    /// <summary>Refuses a text that has grown too long.</summary>
    public void LimitText(long chars)
    {
        if (chars > options.MaxOutputChars)
            throw new JinjaException($"the template made a text of more than {options.MaxOutputChars:N0} characters; its limit is MaxOutputChars");
    }

    /// <summary>A text of a new length, charged.</summary>
    public string Charged(string text)
    {
        ChargeText(text.Length);
        return text;
    }

    /// <summary>Enters a macro, a recursion or a nested value until it is disposed.</summary>
    public Level Deeper()
    {
        if (_depth >= options.MaxDepth)
            throw new JinjaException($"the template nested calls or values deeper than {options.MaxDepth}; its limit is MaxDepth");
        _depth++;
        return new Level(this);
    }

    public readonly ref struct Level(Run run)
    {
        public void Dispose() => run._depth--;
    }
}
