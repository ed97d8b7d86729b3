namespace Dapr.Sidecar.Expressions;

/// <summary>
/// An expression of the Common Expression Language (https://github.com/google/cel-spec), in the part that routing rules and circuit
/// breakers use: literals, lists, variables and their fields, <c>== != &lt; &lt;= &gt; &gt;= in &amp;&amp; || ! + -</c>,
/// <c>has size startsWith endsWith contains matches</c>.
/// </summary>
internal sealed class Expression
{
    private readonly Func<Scope, object?> _root;

    private Expression(string text, Func<Scope, object?> root) => (Text, _root) = (text, root);

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="variables">The names that it may use.</param>
    /// <exception cref="FormatException">It is none, or uses something that is not there.</exception>
    public static Expression Parse(string text, params string[] variables) => new(text, new Parser(text, variables).Parse());

    /// <summary>Whether it holds. A field that is not there or operands that do not go together make it false.</summary>
    /// <param name="variables">The values of the variables: texts, numbers (double), flags or <see cref="System.Text.Json.JsonElement"/>.</param>
    public bool Holds(IReadOnlyDictionary<string, object?> variables)
    {
        try
        {
            return _root(new Scope(variables)) is true;
        }
        catch (EvaluationException)
        {
            return false;
        }
    }
}

/// <summary>The values of variables.</summary>
internal sealed record Scope(IReadOnlyDictionary<string, object?> Variables);

/// <summary>An expression has no value for these variables.</summary>
internal sealed class EvaluationException(string message) : Exception(message);
