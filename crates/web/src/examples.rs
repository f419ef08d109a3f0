//! Bodies that work as they stand, for the documentation. The tests send every one of them, but
//! for those that would need a certificate or a bank of their own.

/// The body of an operation.
pub(crate) fn body(operation_id: &str) -> Option<&'static str> {
    Some(match operation_id {
        "issueBoleto" => include_str!("examples/issueBoleto.json"),
        "issueBatch" => include_str!("examples/issueBatch.json"),
        "issueInstalments" => include_str!("examples/issueInstalments.json"),
        "cancelBoleto" => include_str!("examples/cancelBoleto.json"),
        "changeBoleto" => include_str!("examples/changeBoleto.json"),
        "replaceBoleto" => include_str!("examples/replaceBoleto.json"),
        "protestBoleto" => include_str!("examples/protestBoleto.json"),
        "listBoletoNegatively" => include_str!("examples/listBoletoNegatively.json"),
        "settleBoletoByHand" => include_str!("examples/settleBoletoByHand.json"),
        "getBoletosPdf" => include_str!("examples/getBoletosPdf.json"),
        "saveCustomer" => include_str!("examples/saveCustomer.json"),
        "saveTerms" => include_str!("examples/saveTerms.json"),
        "saveChartAccount" => include_str!("examples/saveChartAccount.json"),
        "saveCostCenter" => include_str!("examples/saveCostCenter.json"),
        "createAccount" => include_str!("examples/createAccount.json"),
        "updateCompany" => include_str!("examples/updateCompany.json"),
        "replaceCredential" => include_str!("examples/replaceCredential.json"),
        "createContract" => include_str!("examples/createContract.json"),
        "changeContract" => include_str!("examples/changeContract.json"),
        "setContractStatus" => include_str!("examples/setContractStatus.json"),
        "createPaymentForm" => include_str!("examples/createPaymentForm.json"),
        "changePaymentForm" => include_str!("examples/changePaymentForm.json"),
        "matchLine" => include_str!("examples/matchLine.json"),
        "explainLine" => include_str!("examples/explainLine.json"),
        "ignoreLine" => include_str!("examples/ignoreLine.json"),
        "rejectSuggestion" => include_str!("examples/rejectSuggestion.json"),
        "makeRemittance" => include_str!("examples/makeRemittance.json"),
        "decideMissingLine" => include_str!("examples/decideMissingLine.json"),
        "setStatementReading" => include_str!("examples/setStatementReading.json"),
        "setLastRemittance" => include_str!("examples/setLastRemittance.json"),
        "writeEnrolmentLetter" => include_str!("examples/writeEnrolmentLetter.json"),
        "receiveEnrolment" => include_str!("examples/receiveEnrolment.json"),
        "rehearseBoleto" => include_str!("examples/issueBoleto.json"),
        "setLastOurNumber" => include_str!("examples/setLastOurNumber.json"),
        "createToken" => include_str!("examples/createToken.json"),
        _ => return None,
    })
}
