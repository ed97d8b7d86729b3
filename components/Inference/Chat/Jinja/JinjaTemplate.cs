namespace Serverless.Inference.Chat.Jinja;

/// <summary>
/// A parsed Jinja template: the language of jinja2 3.1 with Python's semantics of values, as far as one text needs it
/// (no inclusion, no inheritance, no autoescaping). Values are JSON-like: null, bool, long, double, string,
/// <see cref="IReadOnlyList{T}"/> and <see cref="IReadOnlyDictionary{TKey,TValue}"/> of <c>object?</c>; nothing else of the
/// host can be reached, and data is never read as template. Immutable and thread-safe.
/// </summary>
public sealed class JinjaTemplate
{
    private readonly string _source;
    private readonly JinjaOptions _options;
    private readonly Statement[] _statements;
    private readonly Expression? _expression;

    private JinjaTemplate(string source, JinjaOptions options)
    {
        _source = Lexer.Normalize(source, options);
        _options = options;
        _statements = StatementParser.Parse(_source, options);
        _expression = _statements is [Print print] ? print.Value : null;
    }

    /// <summary>Whether the template is one <c>{{ expression }}</c> and nothing else.</summary>
    public bool IsSingleExpression => _expression is not null;

    /// <summary>Parses a template.</summary>
    /// <param name="source">The text.</param>
    /// <param name="options">How to read it and what its renderings may do. Default: Jinja's defaults.</param>
    /// <exception cref="JinjaException">The template is malformed, with line and column.</exception>
    public static JinjaTemplate Parse(string source, JinjaOptions? options = null) => new(source, options ?? JinjaOptions.Default);

    /// <summary>Renders the template to text.</summary>
    /// <param name="variables">The names that it may read.</param>
    /// <exception cref="JinjaException">It failed, or went over a limit, with line and column.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables)
    {
        var run = new Run(_options, variables);
        return Located(run, () =>
        {
            if (_expression is not null)
                return run.Charged(Display.Text(run, _expression.Evaluate(run)));
            var output = new Output(run);
            Statement.Execute(_statements, run, output);
            return output.ToString();
        });
    }

    /// <summary>
    /// The value of a template that is one expression, with its type; the rendered text of any other. A value taken from the
    /// variables as it is comes back as the same object. What is undefined gives null, or an error under
    /// <see cref="JinjaOptions.StrictUndefined"/>.
    /// </summary>
    /// <param name="variables">The names that it may read.</param>
    /// <exception cref="JinjaException">It failed, or went over a limit, with line and column.</exception>
    public object? Evaluate(IReadOnlyDictionary<string, object?> variables)
    {
        if (_expression is null)
            return Render(variables);
        var run = new Run(_options, variables);
        return Located(run, () => Export.Value(run, _expression.Evaluate(run)));
    }

    /// <summary>Adds the place to what went wrong.</summary>
    private T Located<T>(Run run, Func<T> render)
    {
        try
        {
            return render();
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            throw JinjaException.At(_source, run.Position, error.Reason);
        }
    }
}
