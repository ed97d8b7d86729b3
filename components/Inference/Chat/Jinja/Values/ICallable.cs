namespace Serverless.Inference.Chat.Jinja;

/// <summary>A value that a template can call.</summary>
internal interface ICallable
{
    /// <summary>Python's name of its type.</summary>
    string TypeName { get; }

    object? Call(Run run, Arguments arguments);
}
