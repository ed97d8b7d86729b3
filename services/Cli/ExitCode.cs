namespace Serverless.Cli;

/// <summary>What the process's exit status means; the same for every command.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The work failed or was stopped before its end.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a file that it names, is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The job finished, some of its rows are errors.</summary>
    public const int RowsFailed = 3;

    /// <summary>The credentials do not allow it.</summary>
    public const int NotAuthorised = 4;
}
