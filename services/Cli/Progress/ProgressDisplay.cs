namespace Serverless.Cli.Progress;

/// <summary>Progress on stderr: a bar that moves where a person looks, lines where nobody does.</summary>
internal static class ProgressDisplay
{
    /// <summary>Shows what <paramref name="work"/> tells while it runs.</summary>
    public static Task<T> ShowAsync<T>(Func<IProgressDisplay, Task<T>> work) => Console.IsErrorRedirected
        ? work(new PlainProgress(Console.Error, TimeProvider.System))
        : LiveProgress.ShowAsync(Terminal.Errors, work);
}
