namespace Serverless.Faults.Tests.Load;

/// <summary>Work that is asked for while things break, and what must be so afterwards.</summary>
internal interface IWork
{
    /// <summary>Asks for all of it; ends when all of it was accepted.</summary>
    Task RunAsync();

    /// <summary>Waits until all of it is done and checks what came of it.</summary>
    Task VerifyAsync();

    /// <summary>Both, one after the other.</summary>
    async Task RunAndVerifyAsync()
    {
        await RunAsync();
        await VerifyAsync();
    }
}
