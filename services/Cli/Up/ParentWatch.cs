using System.Runtime.InteropServices;

namespace Serverless.Cli.Up;

/// <summary>
/// The child's side of supervision: its standard input is a pipe that the supervisor holds open and never writes to. When the supervisor
/// is gone, however it went, the pipe ends, and so does the child. Ctrl-C reaches all processes of a terminal at once; a supervised one leaves it
/// to its supervisor, which ends the sidecar last.
/// </summary>
internal static class ParentWatch
{
    /// <summary>The option by which a process knows that it has a supervisor.</summary>
    public const string Option = "--supervised";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Registrations last as long as somebody holds them.</summary>
    private static readonly List<PosixSignalRegistration> Signals = [];

    /// <summary>A token that is cancelled when the parent is gone or <paramref name="cancellation"/> is.</summary>
    /// <param name="supervised">Whether there is a supervisor.</param>
    /// <param name="cancellation">What else ends the process.</param>
    public static CancellationToken Watch(bool supervised, CancellationToken cancellation)
    {
        if (!supervised)
        {
            return cancellation;
        }

        var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true));
        Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            gone.Cancel();
        }));
        new Thread(() => WaitForEnd(gone)) { IsBackground = true, Name = "parent watch" }.Start();
        return gone.Token;
    }

    private static void WaitForEnd(CancellationTokenSource gone)
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (input.Read(buffer) > 0)
        {
        }

        gone.Cancel();

        // A child that cannot end by itself must not outlive its parent.
        using var never = new ManualResetEventSlim();
        never.Wait(Patience);
        Environment.Exit(ExitCode.Failed);
    }
}
